using System.Buffers.Binary;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>
/// The contents of a TPM2B_NAME (TPM 2.0 Part 1, 16): a hash algorithm and the digest of an object's public area, or a handle that is its own name, or nothing.
/// </summary>
public sealed class TpmName : IEquatable<TpmName>, ITpmStructure<TpmName>
{
    private readonly byte[] _bytes;

    private TpmName(byte[] bytes) => _bytes = bytes;

    /// <summary>The name of nothing.</summary>
    public static TpmName Empty { get; } = new([]);

    /// <inheritdoc/>
    public static string StructureName => "TPM2B_NAME";

    /// <summary>The name's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>The hash of a name that is a digest; TPM_ALG_NULL otherwise.</summary>
    public AlgorithmId Algorithm => _bytes.Length > sizeof(uint) ? (AlgorithmId)BinaryPrimitives.ReadUInt16BigEndian(_bytes) : AlgorithmId.Null;

    /// <summary>The name of a key: nameAlg and H(TPMT_PUBLIC); empty when nameAlg is TPM_ALG_NULL.</summary>
    public static TpmName Of(PublicArea area)
    {
        ArgumentNullException.ThrowIfNull(area);
        return Of(area.NameAlgorithm, TpmWire.ToBytes(area));
    }

    /// <summary>The name of an NV index: nameAlg and H(TPMS_NV_PUBLIC).</summary>
    public static TpmName Of(NvPublic index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return Of(index.NameAlgorithm, TpmWire.ToBytes(index));
    }

    /// <summary>The name of a PCR, session or hierarchy: the handle itself.</summary>
    public static TpmName OfHandle(Handle handle)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, handle.Value);
        return new TpmName(bytes);
    }

    /// <summary>The qualified name of an object under a parent: nameAlg and H(qualified name of the parent ‖ name) (Part 1, 16.3).</summary>
    public static TpmName QualifiedName(TpmName parentQualified, TpmName name)
    {
        ArgumentNullException.ThrowIfNull(parentQualified);
        ArgumentNullException.ThrowIfNull(name);
        return Of(name.Algorithm, [.. parentQualified._bytes, .. name._bytes]);
    }

    /// <summary>Reads a name that is all that is left: what a TPM2B_NAME holds, or a name's file.</summary>
    public static TpmName Read(ref TpmReader reader)
    {
        if (reader.Remaining is 0)
        {
            return Empty;
        }

        if (reader.Remaining is not sizeof(uint))
        {
            var start = reader;
            var algorithm = reader.ReadAlgorithm("name.hashAlg");
            if (!algorithm.IsHash())
            {
                throw reader.RefuseAlgorithm("name.hashAlg", algorithm, "not a hash known here");
            }

            if (reader.Remaining != algorithm.DigestSize())
            {
                throw reader.Refuse("name.digest", $"has {reader.Remaining} bytes; {algorithm.DigestSize()} are needed");
            }

            reader = start;
        }

        return new TpmName(reader.ReadRest().ToArray());
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer) => writer.WriteBytes(_bytes);

    /// <inheritdoc/>
    public bool Equals(TpmName? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TpmName);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>Lower-case hex.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    private static TpmName Of(AlgorithmId algorithm, ReadOnlySpan<byte> hashed)
    {
        if (algorithm == AlgorithmId.Null)
        {
            return Empty;
        }

        var bytes = new byte[sizeof(ushort) + algorithm.DigestSize()];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)algorithm);
        algorithm.Hash(hashed, bytes.AsSpan(sizeof(ushort)));
        return new TpmName(bytes);
    }
}
