using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Records;

/// <summary>The hashes our records may use. SHA-1 is none of them: collisions can be bought, and a record's text is partly an attacker's choice.</summary>
internal static class BankAlgorithms
{
    public static bool IsAllowed(AlgorithmId algorithm) => algorithm is AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512;

    public static AlgorithmId Read(FieldReader reader) => Check(reader, reader.UInt("banks"));

    public static AlgorithmId Check(FieldReader reader, ulong value) => value <= ushort.MaxValue && IsAllowed((AlgorithmId)value)
        ? (AlgorithmId)value
        : throw reader.Refuse(RecordProblemCode.UnknownAlgorithm, $"algorithm 0x{value:x} is not one that records use (sha256, sha384, sha512)");

    public static void Write(FieldWriter writer, AlgorithmId algorithm)
    {
        if (!IsAllowed(algorithm))
        {
            throw writer.Refuse(RecordProblemCode.UnknownAlgorithm, "banks", $"{algorithm} is not one that records use (sha256, sha384, sha512)");
        }

        writer.UInt((ulong)algorithm);
    }
}
