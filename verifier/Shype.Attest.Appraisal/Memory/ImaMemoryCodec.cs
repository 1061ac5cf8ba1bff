using System.Security.Cryptography;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>What is known of an IMA list, as bytes.</summary>
internal static class ImaMemoryCodec
{
    public static void Write(ref TpmWriter writer, ImaMemory memory)
    {
        writer.WriteUInt64(memory.Offset);
        writer.WriteUInt32((uint)memory.Entries);
        writer.WriteUInt32((uint)memory.Banks.Count);
        foreach (var bank in memory.Banks)
        {
            writer.WriteUInt16((ushort)bank.Algorithm);
            writer.WriteYesNo(bank.Style == ImaDigestStyle.Padded);
            writer.WriteBytes(bank.Value.Span);
        }

        writer.WriteBytes(memory.RulesDigest.Span);
        StoryCodec.WriteFacts(ref writer, memory.Facts);
        writer.WriteUInt32((uint)memory.Judged);
        writer.WriteUInt32((uint)memory.Good);
    }

    public static ImaMemory Read(ref TpmReader reader)
    {
        var offset = reader.ReadUInt64("imaOffset");
        var entries = ReadNumber(ref reader, "imaEntries");
        var banks = new ImaBank[reader.ReadCount("imaBanks", MeasurementLimits.MaxBanks, sizeof(ushort))];
        for (var i = 0; i < banks.Length; i++)
        {
            var algorithm = (AlgorithmId)reader.ReadUInt16("imaBank");
            if (!algorithm.IsHash())
            {
                throw reader.Refuse("imaBank", $"{algorithm.ToText()} is no hash", sizeof(ushort));
            }

            var style = reader.ReadYesNo("imaStyle") ? ImaDigestStyle.Padded : ImaDigestStyle.Hashed;
            banks[i] = new ImaBank(algorithm, style, reader.ReadBytes(algorithm.DigestSize(), "imaValue").ToArray());
        }

        var rules = reader.ReadBytes(SHA256.HashSizeInBytes, "imaRules").ToArray();
        var facts = StoryCodec.ReadFacts(ref reader);
        return new(offset, entries, banks, rules, facts, ReadNumber(ref reader, "imaJudged"), ReadNumber(ref reader, "imaGood"));
    }

    private static int ReadNumber(ref TpmReader reader, string member) =>
        reader.ReadUInt32(member) is var number && number <= MeasurementLimits.MaxImaEntries ? (int)number : throw reader.Refuse(member, $"is {number}", sizeof(uint));
}
