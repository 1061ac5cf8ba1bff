using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.References.Corim;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal.References;

/// <summary>Who may sign reference values, and how.</summary>
public sealed class SignedBundleTests
{
    private static readonly byte[] Corim = CorimWriter.Write(VirtualBundles.Bundle);

    public static TheoryData<string, int> Keys => new() { { "P-256", -7 }, { "P-384", -35 }, { "P-521", -36 }, { "RSA", -37 } };

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_bundle_is_opened_with_its_signers_key_and_says_what_was_signed(string kind, int algorithm)
    {
        using var key = Key(kind);
        var signed = VirtualBundles.Sign(VirtualBundles.Bundle, key);
        Assert.Equal(0xd2, signed[0]);
        Assert.Equal(algorithm, CoseMessage.DecodeSign1(signed).ProtectedHeaders[CoseHeaderLabel.Algorithm].GetValueAsInt32());
        var signer = VirtualBundles.SignerOf("they", key);
        Assert.True(SignedBundle.TryOpen(signed, [VirtualBundles.Maker, signer], out var opened, out var refusal), refusal?.Detail);
        Assert.Equal((VirtualBundles.Bundle.Name, 7L, signer), (opened.Bundle.Name, opened.Bundle.Sequence, opened.Bundle.Signer));
        Assert.Equal(VirtualReferences.Set.Digest.ToArray(), opened.Bundle.Content.Digest.ToArray());
        Assert.Equal(SHA256.HashData(Corim), opened.ContentDigest.ToArray());
    }

    public static TheoryData<string, BundleProblem> Attacks => new()
    {
        { "V18 not signed", BundleProblem.NotSigned },
        { "V18 signed by a stranger", BundleProblem.SignerUnknown },
        { "V18 signed by a stranger who names the maker's key", BundleProblem.SignatureInvalid },
        { "V18 no signer allowed", BundleProblem.SignerUnknown },
        { "V18 RSA with PKCS #1 v1.5", BundleProblem.AlgorithmRefused },
        { "V18 hash and curve that do not belong together", BundleProblem.SignatureInvalid },
        { "V18 content changed", BundleProblem.SignatureInvalid },
        { "V18 signature changed", BundleProblem.SignatureInvalid },
        { "V18 a critical header that nobody knows", BundleProblem.Malformed },
        { "V18 content detached", BundleProblem.Malformed },
        { "V18 signed, but not as reference values", BundleProblem.Malformed },
        { "V18 signed, but no CoRIM", BundleProblem.Malformed },
        { "V18 bytes behind it", BundleProblem.Malformed },
        { "V18 COSE_Sign of several", BundleProblem.Malformed },
        { "L17 nested 10000 deep", BundleProblem.Malformed },
        { "L17 nothing", BundleProblem.Malformed },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void A_bundle_that_proves_nothing_is_refused_with_its_reason(string what, BundleProblem problem)
    {
        Assert.False(SignedBundle.TryOpen(Forge(what), what == "V18 no signer allowed" ? [] : [VirtualBundles.Maker], out _, out var refusal), what);
        Assert.Equal(problem, refusal.Problem);
        Assert.NotEqual("", refusal.Detail);
    }

    [Fact]
    public void No_changed_byte_and_no_cut_is_taken()
    {
        var signed = VirtualBundles.Sign(VirtualBundles.Bundle);
        for (var i = 0; i < signed.Length; i += i < 300 || i > signed.Length - 100 ? 1 : 37)
        {
            var changed = signed.ToArray();
            changed[i] ^= 1;
            Assert.False(SignedBundle.TryOpen(changed, [VirtualBundles.Maker], out _, out _), $"byte {i}");
            Assert.False(SignedBundle.TryOpen(signed[..i], [VirtualBundles.Maker], out _, out _), $"cut at {i}");
        }
    }

    [Fact]
    public void The_size_is_bounded()
    {
        Assert.False(SignedBundle.TryOpen(new byte[AppraisalLimits.MaxBundleBytes + 1], [], out _, out var refusal));
        Assert.Equal(nameof(AppraisalLimits.MaxBundleBytes), refusal.Limit);
    }

    [Theory]
    [InlineData("secp256k1 key", "P-256, P-384 or P-521")]
    [InlineData("RSA 1024", "2048 to 8192")]
    [InlineData("private key", "no public key")]
    [InlineData("nothing", "no public key")]
    [InlineData("name with a path", "cannot be used")]
    public void A_signer_without_a_fit_key_and_name_is_refused(string what, string reason)
    {
        using var curve = ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"));
        using var small = RSA.Create(1024);
        byte[] key = what switch
        {
            "secp256k1 key" => curve.ExportSubjectPublicKeyInfo(),
            "RSA 1024" => small.ExportSubjectPublicKeyInfo(),
            "private key" => System.Text.Encoding.ASCII.GetBytes(VirtualBundles.Key.ExportPkcs8PrivateKeyPem()),
            "nothing" => [],
            _ => VirtualBundles.Maker.PublicKey.ToArray(),
        };
        Assert.False(ReferenceSigner.TryCreate(what.EndsWith("path", StringComparison.Ordinal) ? "../x" : "they", key, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    private static byte[] Forge(string what)
    {
        var signed = SignedBundle.Sign(Corim, VirtualBundles.Key);
        switch (what)
        {
            case "V18 not signed":
                return Corim;
            case "V18 signed by a stranger":
                using (var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    return SignedBundle.Sign(Corim, stranger);
                }

            case "V18 signed by a stranger who names the maker's key":
                using (var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    return Sign(Corim, new CoseSigner(stranger, HashAlgorithmName.SHA256, Headers(Named)));
                }

            case "V18 RSA with PKCS #1 v1.5":
                using (var rsa = RSA.Create(2048))
                {
                    return Sign(Corim, new CoseSigner(rsa, RSASignaturePadding.Pkcs1, HashAlgorithmName.SHA256, Headers()));
                }

            case "V18 hash and curve that do not belong together":
                return Sign(Corim, new CoseSigner(VirtualBundles.Key, HashAlgorithmName.SHA384, Headers(Named)));
            case "V18 content changed":
                var at = signed.AsSpan().IndexOf("rack"u8) is var found and >= 0 ? found : signed.AsSpan().IndexOf("the maker, build 7"u8);
                signed[at] ^= 1;
                return signed;
            case "V18 signature changed":
                signed[^1] ^= 1;
                return signed;
            case "V18 a critical header that nobody knows":
                // Label 99 is critical: {2: [99]} and {99: 1}.
                return Sign(Corim, new CoseSigner(VirtualBundles.Key, HashAlgorithmName.SHA256, Headers(headers =>
                {
                    headers.Add(CoseHeaderLabel.CriticalHeaders, CoseHeaderValue.FromEncodedValue([0x81, 0x18, 0x63]));
                    headers.Add(new CoseHeaderLabel(99), 1);
                })));
            case "V18 content detached":
                return CoseSign1Message.SignDetached(Corim, new CoseSigner(VirtualBundles.Key, HashAlgorithmName.SHA256, Headers()));
            case "V18 signed, but not as reference values":
                return CoseSign1Message.SignEmbedded(Corim, new CoseSigner(VirtualBundles.Key, HashAlgorithmName.SHA256));
            case "V18 signed, but no CoRIM":
                return SignedBundle.Sign("hello"u8.ToArray(), VirtualBundles.Key);
            case "V18 bytes behind it":
                return [.. signed, 0];
            case "V18 COSE_Sign of several":
                return [0xd8, 0x62, .. signed[1..]];
            case "L17 nested 10000 deep":
                return [0xd2, .. Enumerable.Repeat((byte)0x81, 10_000), 0x00];
            default:
                return what == "V18 no signer allowed" ? signed : [];
        }
    }

    private static byte[] Sign(byte[] content, CoseSigner signer) => CoseSign1Message.SignEmbedded(content, signer);

    private static CoseHeaderMap Headers(Action<CoseHeaderMap>? more = null)
    {
        var headers = new CoseHeaderMap { { CoseHeaderLabel.ContentType, CoseHeaderValue.FromString(SignedBundle.ContentType) } };
        more?.Invoke(headers);
        return headers;
    }

    private static void Named(CoseHeaderMap headers) =>
        headers.Add(CoseHeaderLabel.KeyIdentifier, CoseHeaderValue.FromBytes(Convert.FromHexString(VirtualBundles.Maker.KeyId)));

    private static AsymmetricAlgorithm Key(string kind) => kind switch
    {
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        _ => RSA.Create(2048),
    };
}
