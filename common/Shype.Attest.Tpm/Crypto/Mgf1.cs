using System.Buffers.Binary;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>MGF1 (RFC 8017, B.2.1).</summary>
internal static class Mgf1
{
    /// <summary>XORs the mask of a seed into <paramref name="masked"/>.</summary>
    public static void Apply(AlgorithmId hash, ReadOnlySpan<byte> seed, Span<byte> masked)
    {
        Span<byte> input = stackalloc byte[seed.Length + sizeof(uint)];
        seed.CopyTo(input);
        Span<byte> block = stackalloc byte[hash.DigestSize()];
        for (uint counter = 0; !masked.IsEmpty; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(input[seed.Length..], counter);
            hash.Hash(input, block);
            var count = Math.Min(block.Length, masked.Length);
            for (var i = 0; i < count; i++)
            {
                masked[i] ^= block[i];
            }

            masked = masked[count..];
        }
    }
}
