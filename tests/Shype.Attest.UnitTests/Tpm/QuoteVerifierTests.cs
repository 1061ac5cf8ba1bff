using System.Security.Cryptography;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>What is not a quote by the key, though somebody would like it to be.</summary>
public sealed class QuoteVerifierTests : IDisposable
{
    private readonly VerificationKey _rsa = StrangersTests.Key("swtpm", "ak_rsassa.tpm2b_public").Key;
    private readonly VerificationKey _ecc = StrangersTests.Key("swtpm", "ak_ecdsa.tpm2b_public").Key;
    private readonly VerificationKey _attacked = StrangersTests.Key("attacks", "ak.tpm2b_public").Key;

    public void Dispose()
    {
        _rsa.Dispose();
        _ecc.Dispose();
        _attacked.Dispose();
    }

    [Theory]
    [InlineData("ak_rsassa")]
    [InlineData("ak_rsapss")]
    [InlineData("ak_ecdsa")]
    [InlineData("ak_ecdsa384")]
    public void Q01_Q02_any_changed_bit_of_message_or_signature_is_found(string name)
    {
        using var key = StrangersTests.Key("swtpm", $"{name}.tpm2b_public").Key;
        var message = TestData.Bytes("swtpm", $"{name}.quote.msg");
        var signature = TestData.Bytes("swtpm", $"{name}.quote.sig");
        for (var bit = 0; bit < message.Length * 8; bit += 7)
        {
            var changed = Flip(message, bit);
            Assert.Equal(QuoteProblemCode.SignatureInvalid, QuoteVerifier.Check(key, changed, TpmWire.Parse<Signature>(signature)).Problem?.Code);
        }

        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            if (TpmWire.TryParse<Signature>(Flip(signature, bit), out var changed, out _))
            {
                Assert.False(QuoteVerifier.Check(key, message, changed).IsVerified, $"bit {bit}");
            }
        }
    }

    [Theory]
    [InlineData("certify", StructureTag.AttestCertify)]
    [InlineData("nvcertify", StructureTag.AttestNv)]
    public void Q05_what_a_TPM_signed_about_something_else_is_not_a_quote(string file, StructureTag type)
    {
        var check = QuoteVerifier.Check(_attacked, TestData.Bytes("attacks", $"{file}.msg"), TpmWire.Parse<Signature>(TestData.Bytes("attacks", $"{file}.sig")));
        Assert.Null(check.Quote);
        Assert.Equal((QuoteProblemCode.WrongType, type), (check.Problem!.Code, check.Problem.Type!.Value));
    }

    [Fact]
    public void Q11_a_quote_of_no_PCR_is_a_quote_and_says_so()
    {
        var check = QuoteVerifier.Check(_attacked, TestData.Bytes("attacks", "empty.msg"), TpmWire.Parse<Signature>(TestData.Bytes("attacks", "empty.sig")));
        Assert.Equal(0, ((QuoteBody)check.Quote!.Value.Body).Selections.PcrCount);
    }

    [Fact]
    public void Q12_the_relabelling_quote_shows_its_three_selections_of_one_bank()
    {
        using var key = StrangersTests.Key("swtpm", "attack_relabel.ak.pub").Key;
        var check = QuoteVerifier.Check(key, TestData.Bytes("swtpm", "attack_relabel.q.msg"), TpmWire.Parse<Signature>(TestData.Bytes("swtpm", "attack_relabel.q.sig")));
        var body = (QuoteBody)check.Quote!.Value.Body;
        Assert.Equal("sha256:0,1,2,3+sha256:16+sha256:5,6,7,8,9,10,11,12,13,14,15", body.Selections.ToString());
        Assert.NotEqual(PcrSelectionList.Of(PcrSelection.Of(AlgorithmId.Sha256, [.. Enumerable.Range(0, 16)])), body.Selections);
        Assert.Equal(SHA256.HashData(TestData.Bytes("swtpm", "attack_relabel.q.values")), body.PcrDigest);
    }

    [Fact]
    public void Q03_Q04_signed_bytes_that_are_no_TPMs_are_told_apart()
    {
        using var signer = RSA.Create(2048);
        Assert.True(VerificationKey.TryFromSpki(signer.ExportSubjectPublicKeyInfo(), out var key, out _));
        var quote = TestData.Bytes("swtpm", "ak_rsassa.quote.msg");
        Assert.True(Check(quote).IsVerified);

        var wrongMagic = Check([0xff, 0x54, 0x43, 0x48, .. quote[4..]]);
        Assert.Equal((QuoteProblemCode.NotMadeByTpm, "begins with 0xff544348, not with TPM_GENERATED_VALUE"), (wrongMagic.Problem!.Code, wrongMagic.Problem.Problem));
        var trailing = Check([.. quote, 0]);
        Assert.Equal((QuoteProblemCode.Malformed, quote.Length), (trailing.Problem!.Code, trailing.Problem.Format!.Offset));
        var cut = Check(quote[..^1]);
        Assert.Equal((QuoteProblemCode.Malformed, "pcrDigest"), (cut.Problem!.Code, cut.Problem.Format!.Member));
        Assert.Equal(QuoteProblemCode.Malformed, Check([]).Problem!.Code);

        QuoteCheck Check(byte[] message) =>
            QuoteVerifier.Check(key, message, new RsaSignature(AlgorithmId.RsaSsa, AlgorithmId.Sha256, signer.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Theory]
    [InlineData(2048, QuoteProblemCode.SignatureInvalid)]
    [InlineData(2049, QuoteProblemCode.Malformed)]
    public void Q22_too_many_bytes_are_refused_before_they_are_hashed(int size, QuoteProblemCode code) =>
        Assert.Equal(code, QuoteVerifier.Check(_rsa, new byte[size], new RsaSignature(AlgorithmId.RsaSsa, AlgorithmId.Sha256, new byte[256])).Problem!.Code);

    [Fact]
    public void Q19_keys_and_signatures_of_different_kinds_do_not_meet()
    {
        var message = TestData.Bytes("swtpm", "ak_rsassa.quote.msg");
        var rsa = TpmWire.Parse<Signature>(TestData.Bytes("swtpm", "ak_rsassa.quote.sig"));
        var ecc = TpmWire.Parse<Signature>(TestData.Bytes("swtpm", "ak_ecdsa.quote.sig"));
        Assert.Equal(QuoteProblemCode.KeyMismatch, QuoteVerifier.Check(_rsa, message, ecc).Problem!.Code);
        Assert.Equal(QuoteProblemCode.KeyMismatch, QuoteVerifier.Check(_ecc, message, rsa).Problem!.Code);
        Signature[] others =
        [
            new NullSignature(), new OtherSignature(AlgorithmId.EcSchnorr, []), new OtherSignature(AlgorithmId.Sm2, []),
            new OtherSignature(AlgorithmId.Ecdaa, []), new OtherSignature(AlgorithmId.Hmac, []),
        ];
        foreach (var other in others)
        {
            Assert.Equal(SignatureOutcome.AlgorithmNotAllowed, _rsa.Verify(message, other));
            Assert.Equal(SignatureOutcome.AlgorithmNotAllowed, _ecc.Verify(message, other));
        }
    }

    [Fact]
    public void Q15_a_key_bound_to_a_scheme_and_hash_takes_no_other_and_nobody_takes_sha1()
    {
        using var signer = RSA.Create(2048);
        var modulus = signer.ExportParameters(false).Modulus!;
        var message = "evidence"u8.ToArray();
        foreach (var hash in (AlgorithmId[])[AlgorithmId.Sha1, AlgorithmId.Sha256, AlgorithmId.Sha384, AlgorithmId.Sha512, AlgorithmId.Sha3_256])
        {
            foreach (var scheme in (AlgorithmId[])[AlgorithmId.RsaSsa, AlgorithmId.RsaPss])
            {
                if (hash == AlgorithmId.Sha3_256 && !SHA3_256.IsSupported)
                {
                    continue;
                }

                var padding = scheme == AlgorithmId.RsaSsa ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
                var signature = new RsaSignature(scheme, hash, signer.SignData(message, hash.ToHashAlgorithmName(), padding));
                var isStrong = hash is AlgorithmId.Sha256 or AlgorithmId.Sha384 or AlgorithmId.Sha512;
                using var unbound = Key(AsymmetricScheme.None);
                Assert.Equal(isStrong ? SignatureOutcome.Valid : SignatureOutcome.AlgorithmNotAllowed, unbound.Verify(message, signature));
                using var bound = Key(new AsymmetricScheme(scheme, hash));
                Assert.Equal(isStrong ? SignatureOutcome.Valid : SignatureOutcome.AlgorithmNotAllowed, bound.Verify(message, signature));
                using var otherHash = Key(new AsymmetricScheme(scheme, hash == AlgorithmId.Sha256 ? AlgorithmId.Sha384 : AlgorithmId.Sha256));
                Assert.Equal(SignatureOutcome.AlgorithmNotAllowed, otherHash.Verify(message, signature));
                using var otherScheme = Key(new AsymmetricScheme(scheme == AlgorithmId.RsaSsa ? AlgorithmId.RsaPss : AlgorithmId.RsaSsa, hash));
                Assert.Equal(SignatureOutcome.AlgorithmNotAllowed, otherScheme.Verify(message, signature));
                using var decryption = Key(new AsymmetricScheme(AlgorithmId.Oaep, hash));
                Assert.Equal(SignatureOutcome.AlgorithmNotAllowed, decryption.Verify(message, signature));
            }
        }

        VerificationKey Key(AsymmetricScheme scheme)
        {
            var area = KeyTemplates.AkRsaSsa2048 with { Parameters = new RsaParameters(SymmetricDefinition.None, scheme, 2048, 0), Unique = new BytesUnique(modulus) };
            Assert.True(VerificationKey.TryCreate(area, out var key, out var problem), problem?.Problem);
            return key;
        }
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var changed = (byte[])bytes.Clone();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return changed;
    }
}
