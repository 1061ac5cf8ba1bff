using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Verifier.Access;

/// <summary>
/// SHA-256 of a bearer token, the only form in which one is kept. Tables may be searched by it: what a search's duration tells about a digest
/// helps nobody to a token.
/// </summary>
internal readonly record struct TokenDigest(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>The digest of a token.</summary>
    public static TokenDigest Of(string token) => Read(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>A digest from its bytes.</summary>
    public static TokenDigest Read(ReadOnlySpan<byte> digest) => new(
        BinaryPrimitives.ReadUInt64BigEndian(digest), BinaryPrimitives.ReadUInt64BigEndian(digest[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(digest[16..]), BinaryPrimitives.ReadUInt64BigEndian(digest[24..]));

    /// <summary>Compares in a time that does not depend on the values.</summary>
    public bool FixedTimeEquals(TokenDigest other) => ((A ^ other.A) | (B ^ other.B) | (C ^ other.C) | (D ^ other.D)) == 0;

    /// <summary>The digest's bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), D);
        return bytes;
    }
}
