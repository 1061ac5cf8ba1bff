using System.Text.Json;
using Shype.Attest.Testing;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Files;
using Shype.Attest.Tpm.Types;
using Xunit;

namespace Shype.Attest.UnitTests.Tpm;

/// <summary>Q24: signatures that others got wrong.</summary>
public sealed class WycheproofTests
{
    [Theory]
    [InlineData("rsa_signature_2048_sha256_test.json", AlgorithmId.RsaSsa, AlgorithmId.Sha256)]
    [InlineData("rsa_pss_2048_sha256_mgf1_32_test.json", AlgorithmId.RsaPss, AlgorithmId.Sha256)]
    [InlineData("ecdsa_secp256r1_sha256_test.json", AlgorithmId.Ecdsa, AlgorithmId.Sha256)]
    [InlineData("ecdsa_secp256r1_sha256_p1363_test.json", AlgorithmId.Ecdsa, AlgorithmId.Sha256)]
    [InlineData("ecdsa_secp384r1_sha384_p1363_test.json", AlgorithmId.Ecdsa, AlgorithmId.Sha384)]
    public void Q24_vectors_come_out_as_they_say(string file, AlgorithmId scheme, AlgorithmId hash)
    {
        using var json = JsonDocument.Parse(TestData.Text("wycheproof", file));
        var (valid, invalid) = (0, 0);
        foreach (var group in json.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            var made = VerificationKey.TryFromSpki(Hex(group, "publicKeyDer"), out var key, out var problem);
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                var id = $"{file} {test.GetProperty("tcId")}: {test.GetProperty("comment")}";
                var flags = test.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()).ToArray();
                if (!made)
                {
                    // An exponent of 3: sound for who pads well, refused here.
                    Assert.Equal(KeyProblemCode.RsaExponent, problem!.Code);
                    Assert.Contains("SmallPublicKey", flags);
                    continue;
                }

                var signature = Read(Hex(test, "sig"), key!, file, scheme, hash);
                var isValid = signature is not null && key!.Verify(Hex(test, "msg"), signature) == SignatureOutcome.Valid;
                // The vectors say invalid of a longer salt than was agreed on; with TPMs nothing is agreed on, and some make the longest.
                var expected = test.GetProperty("result").GetString() == "valid" || (scheme == AlgorithmId.RsaPss && test.GetProperty("tcId").GetInt32() == LongestSalt);
                Assert.True(isValid == expected, id);
                (valid, invalid) = (valid + (expected ? 1 : 0), invalid + (expected ? 0 : 1));
            }
        }

        Assert.True(valid > 5 && invalid > 40, $"{valid} valid, {invalid} invalid");
    }

    // A salt of no bytes is nothing that a TPM makes. Two of the vectors' bad ones have the salts that TPMs make.
    [Fact]
    public void Q24_of_the_vectors_without_salt_only_those_pass_that_have_a_TPMs_salt()
    {
        using var json = JsonDocument.Parse(TestData.Text("wycheproof", "rsa_pss_2048_sha256_mgf1_0_test.json"));
        var group = json.RootElement.GetProperty("testGroups")[0];
        Assert.True(VerificationKey.TryFromSpki(Hex(group, "publicKeyDer"), out var key, out _));
        foreach (var test in group.GetProperty("tests").EnumerateArray())
        {
            var isGood = test.GetProperty("comment").GetString() is "s_len changed to 32" or "s_len changed to 222";
            var outcome = key.Verify(Hex(test, "msg"), new RsaSignature(AlgorithmId.RsaPss, AlgorithmId.Sha256, Hex(test, "sig")));
            Assert.Equal(isGood ? SignatureOutcome.Valid : SignatureOutcome.Invalid, outcome);
        }
    }

    private static Signature? Read(byte[] bytes, VerificationKey key, string file, AlgorithmId scheme, AlgorithmId hash)
    {
        if (scheme != AlgorithmId.Ecdsa)
        {
            return new RsaSignature(scheme, hash, bytes);
        }

        if (!file.Contains("p1363", StringComparison.Ordinal))
        {
            return ToolSignature.TryReadPlain(bytes, key, hash, out var signature, out _) ? signature : null;
        }

        // Two numbers of the curve's size; other sizes are the format's business, not the TPM's.
        var size = hash.DigestSize();
        return bytes.Length == 2 * size ? new EcdsaSignature(hash, bytes[..size], bytes[size..]) : null;
    }

    private const int LongestSalt = 72;

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
