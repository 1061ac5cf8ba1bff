using System.Security.Cryptography;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>AES in CFB mode with full blocks (TPM 2.0 Part 1, annex D.3): a result as long as the input, whatever its length.</summary>
public static class AesCfb
{
    /// <summary>Encrypts in place.</summary>
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, Span<byte> data) => Apply(key, iv, data, encrypt: true);

    /// <summary>Decrypts in place.</summary>
    public static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, Span<byte> data) => Apply(key, iv, data, encrypt: false);

    private static void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, Span<byte> data, bool encrypt)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);

        // The platform wants whole blocks; in CFB what is added at the end changes nothing before it.
        var blocks = new byte[(data.Length + BlockBytes - 1) / BlockBytes * BlockBytes];
        data.CopyTo(blocks);
        if (encrypt)
        {
            aes.EncryptCfb(blocks, iv, blocks, PaddingMode.None, BlockBytes * 8);
        }
        else
        {
            aes.DecryptCfb(blocks, iv, blocks, PaddingMode.None, BlockBytes * 8);
        }

        blocks.AsSpan(0, data.Length).CopyTo(data);
        CryptographicOperations.ZeroMemory(blocks);
    }

    private const int BlockBytes = 16;
}
