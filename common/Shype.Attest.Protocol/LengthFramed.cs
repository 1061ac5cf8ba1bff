using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Protocol;

/// <summary>A hash over fields that each carry their length: two different lists of fields never feed the hash the same bytes.</summary>
internal readonly struct LengthFramed
{
    private readonly IncrementalHash _hash;

    private LengthFramed(IncrementalHash hash) => _hash = hash;

    public static LengthFramed Hash(string label) => new LengthFramed(IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).Add(label);

    public static LengthFramed Mac(ReadOnlySpan<byte> key, string label) =>
        new LengthFramed(IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key)).Add(label);

    public LengthFramed Add(ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        _hash.AppendData(length);
        _hash.AppendData(field);
        return this;
    }

    public LengthFramed Add(string field) => Add(Encoding.UTF8.GetBytes(field));

    public LengthFramed Add(ulong field)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, field);
        return Add(bytes);
    }

    public byte[] Finish()
    {
        var digest = _hash.GetHashAndReset();
        _hash.Dispose();
        return digest;
    }
}
