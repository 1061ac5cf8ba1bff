using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPML_DIGEST (TPM 2.0 Part 2, 10.9.5).</summary>
/// <param name="Digests">The digests.</param>
public sealed record DigestList(IReadOnlyList<byte[]> Digests) : ITpmStructure<DigestList>
{
    /// <inheritdoc/>
    public static string StructureName => "TPML_DIGEST";

    /// <inheritdoc/>
    public static DigestList Read(ref TpmReader reader)
    {
        var digests = new byte[reader.ReadCount("digests.count", WireLimits.MaxDigestList, sizeof(ushort))][];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = reader.ReadDigest("digest");
        }

        return new DigestList(digests);
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteUInt32((uint)Digests.Count);
        foreach (var digest in Digests)
        {
            writer.WriteSized(digest);
        }
    }
}
