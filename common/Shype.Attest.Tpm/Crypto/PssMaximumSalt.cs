using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>
/// RSASSA-PSS with the longest salt that fits. TPMs take that or one of the digest's size (TPM 2.0 Part 1, B.7), and the platform verifies only the latter.
/// </summary>
internal static class PssMaximumSalt
{
    /// <summary>RSASSA-PSS-VERIFY (RFC 8017, 8.1.2) of a signature as long as the modulus.</summary>
    public static bool Verify(RSAParameters key, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, AlgorithmId hash)
    {
        // The modulus' top bit is set, so emBits is one less than its bits and EM as long as it.
        Span<byte> encoded = stackalloc byte[WireLimits.MaxRsaBytes];
        encoded = encoded[..signature.Length];
        return RsaPrimitive.TryApply(key, signature, encoded) && IsConsistent(encoded, digest, hash);
    }

    /// <summary>EMSA-PSS-VERIFY (RFC 8017, 9.1.2), its steps in order. With the longest salt there is no padding: the block begins with 0x01.</summary>
    private static bool IsConsistent(Span<byte> encoded, ReadOnlySpan<byte> digest, AlgorithmId hash)
    {
        var size = hash.DigestSize();
        if (encoded.Length < size + 2 || encoded[^1] != 0xbc)
        {
            return false;
        }

        var block = encoded[..^(size + 1)];
        var expected = encoded[block.Length..^1];
        if (block[0] >= 0x80)
        {
            return false;
        }

        Mgf1.Apply(hash, expected, block);
        block[0] &= 0x7f;
        if (block[0] != 0x01)
        {
            return false;
        }

        var salt = block[1..];
        Span<byte> message = stackalloc byte[8 + size + salt.Length];
        message[..8].Clear();
        digest.CopyTo(message[8..]);
        salt.CopyTo(message[(8 + size)..]);
        Span<byte> actual = stackalloc byte[size];
        hash.Hash(message, actual);
        return actual.SequenceEqual(expected);
    }
}
