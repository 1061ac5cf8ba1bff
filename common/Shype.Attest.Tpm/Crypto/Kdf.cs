using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>The TPM's key derivations. The label's closing zero byte is added here.</summary>
public static class Kdf
{
    /// <summary>KDFa (TPM 2.0 Part 1, 11.4.10.2): SP 800-108 in counter mode with HMAC.</summary>
    public static byte[] KdfA(AlgorithmId hash, ReadOnlySpan<byte> key, string label, ReadOnlySpan<byte> u, ReadOnlySpan<byte> v, int bits)
    {
        using var mac = IncrementalHash.CreateHMAC(hash.ToHashAlgorithmName(), key);
        return Derive(mac, [], label, u, v, withBits: true, bits);
    }

    /// <summary>KDFe (TPM 2.0 Part 1, 11.4.10.3): SP 800-56A's one-step derivation from a shared secret.</summary>
    public static byte[] KdfE(AlgorithmId hash, ReadOnlySpan<byte> z, string label, ReadOnlySpan<byte> u, ReadOnlySpan<byte> v, int bits)
    {
        using var digest = hash.CreateIncremental();
        return Derive(digest, z, label, u, v, withBits: false, bits);
    }

    private static byte[] Derive(IncrementalHash hash, ReadOnlySpan<byte> z, string label, ReadOnlySpan<byte> u, ReadOnlySpan<byte> v, bool withBits, int bits)
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        var result = new byte[(bits + 7) / 8];
        Span<byte> number = stackalloc byte[sizeof(uint)];
        Span<byte> block = stackalloc byte[hash.HashLengthInBytes];
        var labelBytes = Encoding.ASCII.GetBytes(label + "\0");
        var used = 0;
        for (uint counter = 1; used < result.Length; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(number, counter);
            hash.AppendData(number);
            hash.AppendData(z);
            hash.AppendData(labelBytes);
            hash.AppendData(u);
            hash.AppendData(v);
            if (withBits)
            {
                BinaryPrimitives.WriteUInt32BigEndian(number, (uint)bits);
                hash.AppendData(number);
            }

            hash.GetHashAndReset(block);
            var count = Math.Min(block.Length, result.Length - used);
            block[..count].CopyTo(result.AsSpan(used));
            used += count;
        }

        CryptographicOperations.ZeroMemory(block);
        if (bits % 8 != 0)
        {
            result[0] &= (byte)(0xff >> (8 - (bits % 8)));
        }

        return result;
    }
}
