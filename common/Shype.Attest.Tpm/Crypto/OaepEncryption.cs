using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>RSAES-OAEP with a label (RFC 8017, 7.1.1; TPM 2.0 Part 1, B.4), which the platform's OAEP does not take.</summary>
internal static class OaepEncryption
{
    /// <summary>Encrypts a secret of the hash's size at most; a modulus of 2,048 bits has room for it.</summary>
    public static byte[] Encrypt(RSAParameters key, AlgorithmId hash, ReadOnlySpan<byte> label, ReadOnlySpan<byte> secret)
    {
        var size = hash.DigestSize();
        var encoded = new byte[key.Modulus!.Length];
        var seed = encoded.AsSpan(1, size);
        var block = encoded.AsSpan(1 + size);
        hash.Hash(label, block);
        block[^(secret.Length + 1)] = 0x01;
        secret.CopyTo(block[^secret.Length..]);
        RandomNumberGenerator.Fill(seed);
        Mgf1.Apply(hash, seed, block);
        Mgf1.Apply(hash, block, seed);

        // Begins with a zero byte, so it is below the modulus.
        var encrypted = new byte[encoded.Length];
        RsaPrimitive.TryApply(key, encoded, encrypted);
        CryptographicOperations.ZeroMemory(encoded);
        return encrypted;
    }
}
