using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPML_DIGEST_VALUES (TPM 2.0 Part 2, 10.9.6): one digest for each bank.</summary>
/// <param name="Digests">The digests.</param>
public sealed record DigestValues(IReadOnlyList<HashValue> Digests) : ITpmStructure<DigestValues>
{
    /// <inheritdoc/>
    public static string StructureName => "TPML_DIGEST_VALUES";

    /// <inheritdoc/>
    public static DigestValues Read(ref TpmReader reader)
    {
        var digests = new HashValue[reader.ReadCount("digests.count", WireLimits.MaxDigestValues, LeastDigestBytes)];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = HashValue.Read(ref reader);
        }

        return new DigestValues(digests);
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt32((uint)Digests.Count);
        foreach (var digest in Digests)
        {
            digest.Write(ref writer);
        }
    }

    private const int LeastDigestBytes = sizeof(ushort) + 20;
}
