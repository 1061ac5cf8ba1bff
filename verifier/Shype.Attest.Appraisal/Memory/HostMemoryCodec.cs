using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>
/// A host's memory as bytes: big-endian numbers and sized fields, by the same bounded reader as the structures of a TPM. A store is no more believed than a
/// network: what does not read is refused with member and byte.
/// </summary>
internal static class HostMemoryCodec
{
    public static byte[] Write(HostMemory memory)
    {
        var writer = new TpmWriter(stackalloc byte[512]);
        writer.WriteUInt32(Version);
        WriteQuote(ref writer, memory.LastQuote);
        writer.WriteText(memory.StickyFailure is { } sticky ? FindingCatalogue.KindOf(sticky).Text : null);
        WriteFirmware(ref writer, memory.Firmware);
        writer.WriteYesNo(memory.Boot is not null);
        if (memory.Boot is { } boot)
        {
            writer.WriteUInt32((uint)boot.Logs.Count);
            foreach (var log in boot.Logs)
            {
                writer.WriteBlock(log.Encode());
            }

            StoryCodec.Write(ref writer, boot.Story);
        }

        if (memory.Firmware?.Chain is { } chain)
        {
            writer.WriteText(BootChainSection);
            BootChainCodec.Write(ref writer, chain);
        }

        if (memory.Ima is { } ima)
        {
            writer.WriteText(ImaSection);
            ImaMemoryCodec.Write(ref writer, ima);
        }

        if (memory.Boot is { } known)
        {
            writer.WriteText(PastSection);
            StoryCodec.WritePast(ref writer, known.Story.Past);
        }

        writer.WriteText(PoliciesSection);
        memory.Policies.Write(ref writer);
        StoryCodec.WriteConflicts(ref writer, memory.Boot?.Story ?? BootStory.Empty);
        return writer.ToArray();
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HostMemory? memory, [NotNullWhen(false)] out TpmFormatProblem? problem)
    {
        try
        {
            var reader = new TpmReader(bytes);
            memory = Read(ref reader);
            reader.End("memory");
            problem = null;
            return true;
        }
        catch (TpmFormatException refused)
        {
            memory = null;
            problem = refused.Problem;
            return false;
        }
    }

    private static HostMemory Read(ref TpmReader reader)
    {
        if (reader.ReadUInt32("version") is var version and not Version)
        {
            throw reader.Refuse("version", $"is {version}; this program reads {Version}", sizeof(uint));
        }

        var quote = ReadQuote(ref reader);
        FindingCode? sticky = reader.ReadText("stickyFailure") is { } text ? reader.ToCode("stickyFailure", text) : null;
        var (logDigest, banks) = ReadFirmware(ref reader);
        var boot = reader.ReadYesNo("boot") ? ReadBoot(ref reader) : null;
        var sections = ReadSections(ref reader);
        // A log whose boot is not known, of a memory that an earlier version wrote, is not known at all: it is asked for again.
        var firmware = sections.Chain is { } chain && logDigest is not null ? new FirmwareMemory(logDigest, banks, chain) : null;
        boot = boot is null ? null : boot with { Story = boot.Story with { Conflicts = sections.Conflicts, Past = sections.Past ?? BootPast.Of(boot.Story) } };
        return new(quote, sticky, firmware, boot, sections.Ima) { Policies = sections.Policies ?? PolicyMemory.None };
    }

    // What later versions keep stands at the end, each under its name: a memory without it says that nothing is known.
    private static Sections ReadSections(ref TpmReader reader)
    {
        var sections = new Sections();
        while (reader.Remaining > 0)
        {
            switch (reader.ReadNeededText("section"))
            {
                case BootChainSection when sections.Chain is null:
                    sections = sections with { Chain = BootChainCodec.Read(ref reader) };
                    break;
                case ImaSection when sections.Ima is null:
                    sections = sections with { Ima = ImaMemoryCodec.Read(ref reader) };
                    break;
                case PastSection when sections.Past is null:
                    sections = sections with { Past = StoryCodec.ReadPast(ref reader) };
                    break;
                case PoliciesSection when sections.Policies is null:
                    sections = sections with { Policies = PolicyMemory.Read(ref reader), Conflicts = StoryCodec.ReadConflicts(ref reader) };
                    break;
                default:
                    throw reader.Refuse("section", "is not known, or is there twice");
            }
        }

        return sections;
    }

    private static BootMemory ReadBoot(ref TpmReader reader)
    {
        var logs = new ReplayState[reader.ReadCount("logs", MeasurementLimits.MaxBanks, sizeof(uint))];
        for (var i = 0; i < logs.Length; i++)
        {
            if (!ReplayState.TryDecode(reader.ReadBlock("log").ToArray(), out var log, out var problem))
            {
                throw reader.Refuse("log", problem.ToString());
            }

            logs[i] = log;
        }

        if (logs.Length == 0 || Array.Exists(logs, log => log.NextRecord != logs[0].NextRecord || log.Plan != logs[0].Plan))
        {
            throw reader.Refuse("logs", "the banks' logs are not equally far");
        }

        return new(logs, StoryCodec.Read(ref reader), Judgement: null);
    }

    private static void WriteQuote(ref TpmWriter writer, QuoteFacts quote)
    {
        quote.Clock.Write(ref writer);
        writer.WriteUInt64(quote.FirmwareVersion);
        TpmWire.WriteSized(ref writer, quote.QualifiedSigner);
        writer.WriteBytes(quote.Digest);
    }

    private static QuoteFacts ReadQuote(ref TpmReader reader) => new(
        ClockInfo.Read(ref reader),
        reader.ReadUInt64("firmwareVersion"),
        TpmWire.ReadSized<TpmName>(ref reader, WireLimits.MaxNameBytes),
        reader.ReadBytes(SHA256.HashSizeInBytes, "quoteDigest").ToArray());

    private static void WriteFirmware(ref TpmWriter writer, FirmwareMemory? firmware)
    {
        writer.WriteYesNo(firmware is not null);
        if (firmware is null)
        {
            return;
        }

        writer.WriteBytes(firmware.LogDigest);
        writer.WriteUInt32((uint)firmware.Banks.Count);
        foreach (var bank in firmware.Banks)
        {
            writer.WriteUInt16((ushort)bank.Values.Algorithm);
            writer.WriteUInt32(bank.Explained);
            for (var pcr = 0; pcr < PcrIndex.Count; pcr++)
            {
                writer.WriteBytes(bank.Values[new PcrIndex(pcr)]);
            }
        }
    }

    private static (byte[]? LogDigest, FirmwareBank[] Banks) ReadFirmware(ref TpmReader reader)
    {
        if (!reader.ReadYesNo("firmware"))
        {
            return (null, []);
        }

        var digest = reader.ReadBytes(SHA256.HashSizeInBytes, "firmwareLogDigest").ToArray();
        var banks = new FirmwareBank[reader.ReadCount("firmwareBanks", MeasurementLimits.MaxBanks, sizeof(ushort))];
        for (var i = 0; i < banks.Length; i++)
        {
            var algorithm = (AlgorithmId)reader.ReadUInt16("bank");
            if (!algorithm.IsHash())
            {
                throw reader.Refuse("bank", $"{algorithm.ToText()} is no hash", sizeof(ushort));
            }

            var explained = reader.ReadUInt32("explained");
            var values = PcrBank.AtReset(algorithm);
            for (var pcr = 0; pcr < PcrIndex.Count; pcr++)
            {
                values.Set(new PcrIndex(pcr), reader.ReadBytes(values.DigestSize, "value"));
            }

            banks[i] = new FirmwareBank(values, explained);
        }

        return (digest, banks);
    }

    private sealed record Sections
    {
        public BootChainMemory? Chain { get; init; }

        public ImaMemory? Ima { get; init; }

        public BootPast? Past { get; init; }

        public PolicyMemory? Policies { get; init; }

        public ImmutableArray<PastConflict> Conflicts { get; init; } = [];
    }

    private const uint Version = 1;
    private const string BootChainSection = "boot-chain";
    private const string ImaSection = "ima";
    private const string PastSection = "past";
    private const string PoliciesSection = "policies";
}
