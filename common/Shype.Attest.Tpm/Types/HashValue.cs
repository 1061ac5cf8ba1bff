using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_HA (TPM 2.0 Part 2, 10.3.2): a digest with its algorithm.</summary>
/// <param name="Algorithm">The hash.</param>
/// <param name="Digest">The digest, of the hash's size.</param>
public sealed record HashValue(AlgorithmId Algorithm, byte[] Digest) : ITpmStructure<HashValue>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMT_HA";

    /// <inheritdoc/>
    public static HashValue Read(ref TpmReader reader)
    {
        var algorithm = reader.ReadHash("hashAlg");
        return new HashValue(algorithm, reader.ReadBytes(algorithm.WireDigestSize(), "digest").ToArray());
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Algorithm);
        writer.WriteBytes(Digest);
    }
}
