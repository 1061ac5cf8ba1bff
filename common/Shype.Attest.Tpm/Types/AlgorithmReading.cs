using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>Reads algorithm identifiers where only some are allowed, and digests whose size the algorithm says.</summary>
internal static class AlgorithmReading
{
    /// <summary>Bytes of a digest that may be on the wire: every hash known here, and SM3, which TPMs may have a bank of; 0 for what is not a hash.</summary>
    public static int WireDigestSize(this AlgorithmId algorithm) => algorithm == AlgorithmId.Sm3 ? 32 : algorithm.DigestSize();

    /// <summary>A TPMI_ALG_HASH that names an object: it must be computed here, so SM3 is none.</summary>
    public static AlgorithmId ReadNameHash(this ref TpmReader reader, string member)
    {
        var algorithm = reader.ReadAlgorithm(member);
        return algorithm.IsHash() || algorithm == AlgorithmId.Null ? algorithm : throw reader.RefuseAlgorithm(member, algorithm, "not a hash known here");
    }

    /// <summary>A TPMI_ALG_HASH of a bank, digest or scheme.</summary>
    public static AlgorithmId ReadHash(this ref TpmReader reader, string member)
    {
        var algorithm = reader.ReadAlgorithm(member);
        return algorithm.WireDigestSize() != 0 ? algorithm : throw reader.RefuseAlgorithm(member, algorithm, "not a hash");
    }

    /// <summary>A TPM_ALG_ID, whatever it is.</summary>
    public static AlgorithmId ReadAlgorithm(this ref TpmReader reader, string member) => (AlgorithmId)reader.ReadUInt16(member);

    /// <summary>A refusal of the algorithm that was just read.</summary>
    public static TpmFormatException RefuseAlgorithm(this ref TpmReader reader, string member, AlgorithmId algorithm, string problem) =>
        reader.Refuse(member, $"0x{(ushort)algorithm:x4} is {problem}", sizeof(ushort));

    /// <summary>A TPM2B_DIGEST that is empty or of this hash's size.</summary>
    public static byte[] ReadDigestOf(this ref TpmReader reader, string member, AlgorithmId hash)
    {
        var size = hash.WireDigestSize();
        var digest = reader.ReadSized(member, WireLimits.MaxDigestBytes);
        return digest.Length == 0 || digest.Length == size
            ? digest.ToArray()
            : throw reader.Refuse(member, $"has {digest.Length} bytes; 0 or {size} are needed", digest.Length + sizeof(ushort));
    }

    /// <summary>A TPM2B_DIGEST of whatever size.</summary>
    public static byte[] ReadDigest(this ref TpmReader reader, string member) => reader.ReadSized(member, WireLimits.MaxDigestBytes).ToArray();

    /// <summary>Writes a TPM_ALG_ID.</summary>
    public static void WriteAlgorithm(this ref TpmWriter writer, AlgorithmId algorithm) => writer.WriteUInt16((ushort)algorithm);
}
