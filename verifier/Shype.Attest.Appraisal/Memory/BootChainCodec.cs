using Shype.Attest.Measurement;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>What a firmware log proved about the boot, as bytes in a section of a host's memory.</summary>
internal static class BootChainCodec
{
    public static void Write(ref TpmWriter writer, BootChainMemory chain)
    {
        writer.WriteUInt16((ushort)chain.Bank);
        writer.WriteYesNo(chain.SecureBoot is not null);
        writer.WriteYesNo(chain.SecureBoot == true);
        writer.WriteText(chain.Doubt);
        WriteTexts(ref writer, chain.VerifiedBy);
        WriteTexts(ref writer, chain.Loaders);
        writer.WriteUInt32((uint)chain.Images.Count);
        foreach (var image in chain.Images)
        {
            writer.WriteBlock(image);
        }

        WriteHandover(ref writer, chain.Handover);
        writer.WriteUInt32((uint)chain.Oddities.Count);
        foreach (var oddity in chain.Oddities)
        {
            writer.WriteText(FindingCatalogue.KindOf(oddity.Code).Text);
            writer.WriteUInt32((uint)oddity.Pcr);
            writer.WriteText(oddity.Detail);
        }
    }

    public static BootChainMemory Read(ref TpmReader reader)
    {
        var bank = (AlgorithmId)reader.ReadUInt16("bootChain.bank");
        if (!bank.IsHash())
        {
            throw reader.Refuse("bootChain.bank", $"{bank.ToText()} is no hash", sizeof(ushort));
        }

        var isProven = reader.ReadYesNo("bootChain.secureBootProven");
        var isOn = reader.ReadYesNo("bootChain.secureBoot");
        var doubt = reader.ReadNeededText("bootChain.doubt");
        var verifiedBy = ReadTexts(ref reader, "bootChain.verifiedBy");
        var loaders = ReadTexts(ref reader, "bootChain.loaders");
        var images = new byte[reader.ReadCount("bootChain.images", AppraisalLimits.MaxBootParts, sizeof(uint))][];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = reader.ReadBlock("bootChain.image").ToArray();
        }

        return new(bank, isProven ? isOn : null, doubt, verifiedBy, loaders, images, ReadHandover(ref reader), ReadOddities(ref reader));
    }

    private static void WriteHandover(ref TpmWriter writer, KnownHandover handover)
    {
        writer.WriteUInt32(handover.Pcrs);
        writer.WriteText(handover.Doubt);
        writer.WriteUInt32((uint)handover.Parts.Count);
        foreach (var part in handover.Parts)
        {
            writer.WriteBlock(part.Digest);
            writer.WriteText(part.CommandLine);
            writer.WriteBlock(part.CommandLineDigest);
        }
    }

    private static KnownHandover ReadHandover(ref TpmReader reader)
    {
        var pcrs = reader.ReadUInt32("bootChain.pcrs");
        var doubt = reader.ReadNeededText("bootChain.handoverDoubt");
        var parts = new KnownPart[reader.ReadCount("bootChain.parts", AppraisalLimits.MaxBootParts, sizeof(uint))];
        for (var i = 0; i < parts.Length; i++)
        {
            var digest = reader.ReadBlock("bootChain.part").ToArray();
            var line = reader.ReadText("bootChain.commandLine");
            parts[i] = new(digest, line, reader.ReadBlock("bootChain.commandLineDigest").ToArray());
        }

        return new(pcrs, doubt, parts);
    }

    private static Oddity[] ReadOddities(ref TpmReader reader)
    {
        var oddities = new Oddity[reader.ReadCount("bootChain.oddities", AppraisalLimits.MaxBootOddities, sizeof(uint))];
        for (var i = 0; i < oddities.Length; i++)
        {
            var code = reader.ToCode("bootChain.oddity", reader.ReadNeededText("bootChain.oddity"));
            var pcr = reader.ReadUInt32("bootChain.oddity.pcr");
            if (pcr >= PcrIndex.Count)
            {
                throw reader.Refuse("bootChain.oddity.pcr", $"is {pcr}, PCRs are 0 to 23", sizeof(uint));
            }

            oddities[i] = new(code, (int)pcr, reader.ReadNeededText("bootChain.oddity.detail"));
        }

        return oddities;
    }

    private static void WriteTexts(ref TpmWriter writer, IReadOnlyList<string> texts)
    {
        writer.WriteUInt32((uint)texts.Count);
        foreach (var text in texts)
        {
            writer.WriteText(text);
        }
    }

    private static string[] ReadTexts(ref TpmReader reader, string member)
    {
        var texts = new string[reader.ReadCount(member, AppraisalLimits.MaxBootParts, sizeof(byte))];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadNeededText(member);
        }

        return texts;
    }
}
