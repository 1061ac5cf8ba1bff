using System.Numerics;
using System.Security.Cryptography;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>Which keys are used at all, and what odd but honest TPMs make.</summary>
public sealed class VerificationKeyTests
{
    [Fact]
    public void Q21_RSA_keys_are_2048_to_4096_bits_odd_with_a_decent_exponent()
    {
        // Whether a modulus has two large primes cannot be seen; any odd number of the size stands for one.
        var modulus = Enumerable.Repeat((byte)0xe3, 256).ToArray();
        Refused(KeyProblemCode.RsaModulus, RsaArea([.. modulus[..128]], 1024, 0));
        Refused(KeyProblemCode.RsaModulus, RsaArea([], 2048, 0));
        Refused(KeyProblemCode.RsaModulus, RsaArea(new byte[256], 2048, 0));
        Refused(KeyProblemCode.RsaModulus, RsaArea([0, .. modulus[1..]], 2048, 0));
        Refused(KeyProblemCode.RsaModulus, RsaArea([.. modulus[..^1], (byte)(modulus[^1] & 0xfe)], 2048, 0));
        Refused(KeyProblemCode.RsaModulus, RsaArea(modulus, 3072, 0));
        Refused(KeyProblemCode.RsaModulus, RsaArea([.. modulus, .. modulus, .. modulus], 6144, 0));
        foreach (var exponent in (uint[])[1, 2, 3, 17, 65_535, 65_536, 65_538])
        {
            Refused(KeyProblemCode.RsaExponent, RsaArea(modulus, 2048, exponent));
        }

        Accepted(RsaArea(modulus, 2048, 0));
        Accepted(RsaArea(modulus, 2048, 65_537));
        Accepted(RsaArea(modulus, 2048, uint.MaxValue));
        Accepted(RsaArea([.. modulus, .. modulus], 4096, 0));
    }

    [Fact]
    public void Q20_points_are_on_one_of_three_curves()
    {
        using var good = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = good.ExportParameters(false).Q;
        Accepted(EccArea(EccCurve.NistP256, q.X!, q.Y!));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, q.X!, [.. q.Y![..^1], (byte)(q.Y[^1] ^ 1)]));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, q.Y!, q.X!));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, new byte[32], new byte[32]));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, [], []));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, Enumerable.Repeat((byte)0xff, 32).ToArray(), q.Y!));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP384, q.X!, q.Y!));
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, [.. q.X!, 0], q.Y!));

        // The same point with p added to a coordinate is the same modulo p, but no encoding of it.
        var p = BigInteger.Parse("0ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
        Refused(KeyProblemCode.Point, EccArea(EccCurve.NistP256, p.ToByteArray(isUnsigned: true, isBigEndian: true), q.Y!));

        foreach (var curve in (EccCurve[])[EccCurve.NistP192, EccCurve.NistP224, EccCurve.BnP256, EccCurve.BnP638, EccCurve.Sm2P256, EccCurve.None, (EccCurve)0x7777])
        {
            Refused(KeyProblemCode.Curve, EccArea(curve, q.X!, q.Y!));
        }
    }

    [Fact]
    public void Keys_that_do_not_sign_in_public_and_hand_made_nonsense_are_refused()
    {
        var area = KeyTemplates.AkRsaSsa2048;
        Refused(KeyProblemCode.Type, area with { Type = AlgorithmId.KeyedHash, Parameters = new KeyedHashParameters(KeyedHashScheme.None) });
        Refused(KeyProblemCode.Type, area with { Type = AlgorithmId.SymCipher, Parameters = new SymCipherParameters(SymmetricDefinition.Aes128Cfb) });
        Refused(KeyProblemCode.RsaModulus, area with { Unique = new EccUnique(new byte[32], new byte[32]) });
        Refused(KeyProblemCode.Point, KeyTemplates.AkEcdsaP256 with { Unique = new BytesUnique(new byte[256]) });
        Refused(KeyProblemCode.Point, KeyTemplates.EkEccP256);
        Refused(KeyProblemCode.RsaModulus, KeyTemplates.EkRsa2048);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void Q20_r_and_s_may_be_short_or_long_but_not_zero_or_too_large(int bits)
    {
        var curve = bits switch { 256 => ECCurve.NamedCurves.nistP256, 384 => ECCurve.NamedCurves.nistP384, _ => ECCurve.NamedCurves.nistP521 };
        using var signer = ECDsa.Create(curve);
        Assert.True(VerificationKey.TryFromSpki(signer.ExportSubjectPublicKeyInfo(), out var key, out _));
        var message = "evidence"u8.ToArray();
        var size = (bits + 7) / 8;
        var (shortR, shortS) = (false, false);

        // One signature in 128 has a short number: look until both were seen.
        for (var i = 0; !shortR || !shortS; i++)
        {
            var both = signer.SignData(message, HashAlgorithmName.SHA512);
            var (r, s) = (both.AsSpan(0, size).TrimStart((byte)0).ToArray(), both.AsSpan(size).TrimStart((byte)0).ToArray());
            (shortR, shortS) = (shortR || r.Length < size, shortS || s.Length < size);
            Assert.Equal(SignatureOutcome.Valid, Verify(r, s));
            if (i > 0)
            {
                continue;
            }

            Assert.Equal(SignatureOutcome.Valid, Verify([0, 0, .. r], [0, .. s]));
            byte[][] bad = [[], [0], [.. new byte[66]], [1, .. new byte[size]], [.. Enumerable.Repeat((byte)0xff, size)], [.. Enumerable.Repeat((byte)0xff, 200)], Order(signer)];
            foreach (var number in bad)
            {
                Assert.Equal(SignatureOutcome.Invalid, Verify(number, s));
                Assert.Equal(SignatureOutcome.Invalid, Verify(r, number));
            }

            // s + n is the same modulo n, and no signature.
            var plus = new BigInteger(s, isUnsigned: true, isBigEndian: true) + new BigInteger(Order(signer), isUnsigned: true, isBigEndian: true);
            Assert.Equal(SignatureOutcome.Invalid, Verify(r, plus.ToByteArray(isUnsigned: true, isBigEndian: true)));
        }

        SignatureOutcome Verify(byte[] r, byte[] s) => key.Verify(message, new EcdsaSignature(AlgorithmId.Sha512, r, s));
    }

    [Theory]
    [InlineData(32, SignatureOutcome.Valid)]
    [InlineData(222, SignatureOutcome.Valid)]
    [InlineData(0, SignatureOutcome.Invalid)]
    [InlineData(31, SignatureOutcome.Invalid)]
    [InlineData(221, SignatureOutcome.Invalid)]
    public void Q21_PSS_verifies_with_the_two_salts_of_real_TPMs(int saltBytes, SignatureOutcome outcome)
    {
        using var signer = RSA.Create(2048);
        Assert.True(VerificationKey.TryFromSpki(signer.ExportSubjectPublicKeyInfo(), out var key, out _));
        var message = "evidence"u8.ToArray();
        var encoded = EncodePss(SHA256.HashData(message), RandomNumberGenerator.GetBytes(saltBytes), 256);
        var signature = PrivateOperation(signer, encoded);
        Assert.Equal(outcome, Verify(message, signature));
        Assert.Equal(saltBytes == 32, signer.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
        Assert.Equal(SignatureOutcome.Invalid, Verify("evidencf"u8.ToArray(), signature));

        // First and last byte of the block, of the digest, and the trailer.
        foreach (var i in outcome == SignatureOutcome.Valid ? (int[])[0, 1, 222, 223, 254, 255] : [])
        {
            var changed = (byte[])encoded.Clone();
            changed[i] ^= 0x01;
            Assert.Equal(SignatureOutcome.Invalid, Verify(message, PrivateOperation(signer, changed)));
        }

        SignatureOutcome Verify(byte[] bytes, byte[] value) => key.Verify(bytes, new RsaSignature(AlgorithmId.RsaPss, AlgorithmId.Sha256, value));
    }

    [Fact]
    public void Q19_no_RSA_signature_makes_the_platform_throw()
    {
        using var signer = RSA.Create(2048);
        Assert.True(VerificationKey.TryFromSpki(signer.ExportSubjectPublicKeyInfo(), out var key, out _));
        var modulus = signer.ExportParameters(false).Modulus!;
        var one = new byte[256];
        one[^1] = 1;
        byte[][] values = [[], [1], new byte[255], new byte[256], new byte[257], new byte[512], one, modulus, [.. Enumerable.Repeat((byte)0xff, 256)], [.. modulus[..^1], (byte)(modulus[^1] - 1)]];
        foreach (var value in values)
        {
            foreach (var scheme in (AlgorithmId[])[AlgorithmId.RsaSsa, AlgorithmId.RsaPss])
            {
                foreach (var hash in (AlgorithmId[])[AlgorithmId.Sha256, AlgorithmId.Sha512])
                {
                    Assert.Equal(SignatureOutcome.Invalid, key.Verify([], new RsaSignature(scheme, hash, value)));
                }
            }
        }
    }

    [Fact]
    public void One_key_serves_many_threads()
    {
        foreach (var name in (string[])["ak_rsassa", "ak_rsapss", "ak_ecdsa", "ak_ecdsa384"])
        {
            using var key = StrangersTests.Key("swtpm", $"{name}.tpm2b_public").Key;
            var message = TestData.Bytes("swtpm", $"{name}.quote.msg");
            var signature = TpmWire.Parse<Signature>(TestData.Bytes("swtpm", $"{name}.quote.sig"));
            var wrong = 0;
            Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                var outcome = key.Verify(i % 2 == 0 ? message : [.. message, 0], signature);
                if (outcome != (i % 2 == 0 ? SignatureOutcome.Valid : SignatureOutcome.Invalid))
                {
                    Interlocked.Increment(ref wrong);
                }
            });
            Assert.Equal(0, wrong);
        }
    }

    [Fact]
    public void SPKI_is_read_strictly()
    {
        using var rsa = RSA.Create(2048);
        using var ecc = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var spki = ecc.ExportSubjectPublicKeyInfo();
        RefusedSpki(KeyProblemCode.Encoding, []);
        RefusedSpki(KeyProblemCode.Encoding, [.. spki, 0]);
        RefusedSpki(KeyProblemCode.Encoding, spki[..^1]);
        RefusedSpki(KeyProblemCode.Encoding, [0x30, 0x80, .. spki[2..], 0, 0]);
        RefusedSpki(KeyProblemCode.Point, [.. spki[..^1], (byte)(spki[^1] ^ 1)]);

        // A curve by its parameters, though they are those of P-256.
        using var explicitCurve = ECDsa.Create(ecc.ExportExplicitParameters(includePrivateParameters: false));
        RefusedSpki(KeyProblemCode.Curve, explicitCurve.ExportSubjectPublicKeyInfo());
        using var otherCurve = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        RefusedSpki(KeyProblemCode.Curve, otherCurve.ExportSubjectPublicKeyInfo());
        using var small = RSA.Create(1024);
        RefusedSpki(KeyProblemCode.RsaModulus, small.ExportSubjectPublicKeyInfo());
        using var dsa = DSA.Create(1024);
        RefusedSpki(KeyProblemCode.Type, dsa.ExportSubjectPublicKeyInfo());

        Assert.True(VerificationKey.TryFromPem("\n" + rsa.ExportSubjectPublicKeyInfoPem() + "\n", out _, out _));
        string[] bad = ["", "x", rsa.ExportRSAPublicKeyPem(), rsa.ExportSubjectPublicKeyInfoPem() + "x", "x" + rsa.ExportSubjectPublicKeyInfoPem(), new string('-', 100_000)];
        foreach (var pem in bad)
        {
            Assert.False(VerificationKey.TryFromPem(pem, out _, out var problem));
            Assert.Equal(KeyProblemCode.Encoding, problem.Code);
        }
    }

    private static void RefusedSpki(KeyProblemCode code, byte[] spki)
    {
        Assert.False(VerificationKey.TryFromSpki(spki, out _, out var problem));
        Assert.Equal(code, problem.Code);
    }

    private static void Refused(KeyProblemCode code, PublicArea area)
    {
        Assert.False(VerificationKey.TryCreate(area, out var key, out var problem));
        Assert.Null(key);
        Assert.Equal(code, problem.Code);
    }

    private static void Accepted(PublicArea area)
    {
        Assert.True(VerificationKey.TryCreate(area, out var key, out var problem), problem?.Problem);
        key.Dispose();
    }

    private static PublicArea RsaArea(byte[] modulus, int bits, uint exponent) => KeyTemplates.AkRsaSsa2048 with
    {
        Parameters = new RsaParameters(SymmetricDefinition.None, AsymmetricScheme.None, (ushort)bits, exponent), Unique = new BytesUnique(modulus),
    };

    private static PublicArea EccArea(EccCurve curve, byte[] x, byte[] y) => KeyTemplates.AkEcdsaP256 with
    {
        Parameters = new EccParameters(SymmetricDefinition.None, AsymmetricScheme.None, curve, AsymmetricScheme.None), Unique = new EccUnique(x, y),
    };

    private static byte[] Order(ECDsa key) => key.ExportExplicitParameters(false).Curve.Order!;

    // EMSA-PSS-ENCODE (RFC 8017, 9.1.1) for a modulus of as many bits as bytes hold.
    private static byte[] EncodePss(byte[] digest, byte[] salt, int size)
    {
        var h = SHA256.HashData([.. new byte[8], .. digest, .. salt]);
        var block = new byte[size - h.Length - 1];
        block[^(salt.Length + 1)] = 1;
        salt.CopyTo(block, block.Length - salt.Length);
        for (var i = 0; i < block.Length; i++)
        {
            var mask = SHA256.HashData([.. h, 0, 0, 0, (byte)(i / 32)]);
            block[i] ^= mask[i % 32];
        }

        block[0] &= 0x7f;
        return [.. block, .. h, 0xbc];
    }

    private static byte[] PrivateOperation(RSA key, byte[] encoded)
    {
        var numbers = key.ExportParameters(true);
        var result = BigInteger.ModPow(Number(encoded), Number(numbers.D!), Number(numbers.Modulus!)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[256 - result.Length], .. result];
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
