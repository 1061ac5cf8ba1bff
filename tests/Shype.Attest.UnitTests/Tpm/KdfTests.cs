using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>Key derivation and parameter encryption against the platform's own of the same standards.</summary>
public sealed class KdfTests
{
    [Theory]
    [InlineData(AlgorithmId.Sha1, 128)]
    [InlineData(AlgorithmId.Sha256, 128)]
    [InlineData(AlgorithmId.Sha256, 256)]
    [InlineData(AlgorithmId.Sha384, 256)]
    [InlineData(AlgorithmId.Sha512, 2048)]
    public void KDFa_is_SP_800_108_in_counter_mode(AlgorithmId hash, int bits)
    {
        var expected = SP800108HmacCounterKdf.DeriveBytes("key"u8, hash.ToHashAlgorithmName(), "STORAGE"u8, "context U and V"u8, bits / 8);
        Assert.Equal(expected, Kdf.KdfA(hash, "key"u8, "STORAGE", "context U"u8, " and V"u8, bits));
    }

    [Theory]
    [InlineData(AlgorithmId.Sha256, 256)]
    [InlineData(AlgorithmId.Sha384, 384)]
    [InlineData(AlgorithmId.Sha512, 512)]
    public void KDFe_is_the_hash_of_counter_secret_label_and_parties(AlgorithmId hash, int bits)
    {
        using var ours = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var theirs = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var expected = ours.DeriveKeyFromHash(theirs.PublicKey, hash.ToHashAlgorithmName(), [0, 0, 0, 1], "IDENTITY\0UV"u8.ToArray());
        Assert.Equal(expected, Kdf.KdfE(hash, ours.DeriveRawSecretAgreement(theirs.PublicKey), "IDENTITY", "U"u8, "V"u8, bits));
    }

    // Part 1, 11.4.10.1: of a size that is no multiple of 8, the upper bits of the first byte are zero.
    [Fact]
    public void Spare_bits_are_cleared()
    {
        var all = Kdf.KdfE(AlgorithmId.Sha512, "z"u8, "L", "U"u8, "V"u8, 528);
        var some = Kdf.KdfE(AlgorithmId.Sha512, "z"u8, "L", "U"u8, "V"u8, 521);
        Assert.Equal(66, some.Length);
        Assert.Equal(all[0] & 0x01, some[0]);
        Assert.Equal(all[1..], some[1..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(34)]
    public void CFB_keeps_the_length_and_comes_back(int length)
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        byte[] iv = [.. Enumerable.Range(100, 16).Select(i => (byte)i)];
        var plain = Encoding.ASCII.GetBytes(new string('x', length));
        var data = (byte[])plain.Clone();
        AesCfb.Encrypt(key, iv, data);
        Assert.NotEqual(plain, data);

        // CFB's first block is the encrypted IV, XORed.
        using var aes = Aes.Create();
        aes.Key = key;
        var stream = aes.EncryptEcb(iv, PaddingMode.None);
        Assert.Equal((byte)(plain[0] ^ stream[0]), data[0]);
        AesCfb.Decrypt(key, iv, data);
        Assert.Equal(plain, data);
    }

    // NIST SP 800-38A, F.3.13 CFB128-AES128.Encrypt.
    [Fact]
    public void CFB_gives_the_standards_example()
    {
        var data = Convert.FromHexString("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        AesCfb.Encrypt(Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c"), Convert.FromHexString("000102030405060708090a0b0c0d0e0f"), data);
        Assert.Equal("3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b", Convert.ToHexStringLower(data));
    }
}
