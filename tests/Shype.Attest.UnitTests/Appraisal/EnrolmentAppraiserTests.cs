using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.X509;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Threat rows K01 to K05, K09, K14: a good enrolment minus one thing.</summary>
public sealed class EnrolmentAppraiserTests
{
    private static readonly VirtualVendor Vendor = new();
    private static readonly AsymmetricCipherKeyPair Key = VirtualVendor.NewEcKey();
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PublicArea Ak = VirtualAk.Of(AkKind.EcdsaP256).Public;

    [Fact]
    public void A_good_enrolment_has_no_findings()
    {
        var verdict = Appraise();
        Assert.Empty(verdict.Findings);
        Assert.True(verdict.IsAcceptable);
        Assert.Equal(TpmName.Of(Ak), verdict.AkName);
        Assert.Contains("Virtual TPM Vendor Root", verdict.Issuer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AkKind.RsaSsa)]
    [InlineData(AkKind.RsaPss)]
    [InlineData(AkKind.EcdsaP384)]
    public void Every_kind_of_attestation_key_is_taken(AkKind kind) =>
        Assert.Empty(Appraise(request => request with { AkPublic = TpmWire.ToSizedBytes(VirtualAk.Of(kind).Public) }).Findings);

    [Fact]
    public void The_certificate_may_stand_behind_one_for_another_key_of_the_TPM() => Assert.Empty(Appraise(request => request with
    {
        EkCertificates = [Vendor.IssueEk(VirtualVendor.NewEcKey().Public), Vendor.IssueEk(Key.Public), Vendor.Intermediate],
    }).Findings);

    public static TheoryData<string, FindingCode> Attacks => new()
    {
        { "K01 not restricted", FindingCode.AkAttributesRefused },
        { "K01 can decrypt", FindingCode.AkAttributesRefused },
        { "K01 not fixed to the TPM", FindingCode.AkAttributesRefused },
        { "K01 not fixed to its parent", FindingCode.AkAttributesRefused },
        { "K01 imported", FindingCode.AkAttributesRefused },
        { "K01 does not sign", FindingCode.AkAttributesRefused },
        { "K02 no scheme", FindingCode.AkSchemeRefused },
        { "K02 scheme with SHA-1", FindingCode.AkSchemeRefused },
        { "K02 name with SHA-1", FindingCode.AkSchemeRefused },
        { "K03 another name", FindingCode.AkNameMismatch },
        { "K04 certificate of another machine", FindingCode.EkCertificateKeyMismatch },
        { "K05 attestation key as endorsement key", FindingCode.EkTemplateUnknown },
        { "K05 endorsement key without its policy", FindingCode.EkTemplateUnknown },
        { "K09 no certificate", FindingCode.EkCertificateMissing },
        { "K09 certificate of another vendor", FindingCode.EkCertificateUntrusted },
        { "Q03 endorsement key cut", FindingCode.EkMalformed },
        { "Q03 attestation key with a byte more", FindingCode.AkMalformed },
        { "Q20 point not on the curve", FindingCode.AkMalformed },
        { "Q21 RSA with an even exponent", FindingCode.AkMalformed },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(string attack, FindingCode expected)
    {
        var verdict = Appraise(request => Forge(request, attack), attack == "K03 another name" ? new byte[34] : default(ReadOnlyMemory<byte>?));
        Assert.Contains(expected, verdict.Findings.Select(finding => finding.Code));
        Assert.False(verdict.IsAcceptable);
        Assert.All(verdict.Findings, finding => Assert.DoesNotContain("?", finding.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rack-1", true)]
    [InlineData("Host_7.example.net", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("a..b", false)]
    [InlineData("-rf", false)]
    [InlineData(".hidden", false)]
    [InlineData("web\n", false)]
    [InlineData("\u001b[31mred", false)]
    [InlineData("a\u2028b", false)]
    [InlineData("a\u202eb", false)]
    [InlineData("';drop table hosts--", false)]
    [InlineData("<script>", false)]
    [InlineData("häuser", false)]
    public void K14_a_hosts_name_is_a_plain_one(string name, bool good)
    {
        Assert.Equal(good, HostNameRules.Problem(name) is null);
        Assert.Equal(good, !Appraise(request => request with { HostName = name }).Findings.Any(finding => finding.Code == FindingCode.HostNameRefused));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void K14_a_hosts_name_is_bounded(int length, bool good) => Assert.Equal(good, HostNameRules.Problem(new string('a', length)) is null);

    [Fact]
    public void An_administrator_can_pin_a_key_without_a_certificate_and_every_verdict_will_say_so()
    {
        var verdict = Appraise(request => request with { EkCertificates = [] }, policy: policy => policy with { UnsafeAcceptUncertifiedKeys = true });
        Assert.Equal([FindingCode.EkUncertified], verdict.Findings.Select(finding => finding.Code));
        Assert.True(verdict.IsAcceptable);
    }

    [Theory]
    [InlineData("hirs_nuc1_ek.cer", "1.2.840.113549.1.1.7")]
    [InlineData("ek_st_rsa_trailing.der", "1.2.840.113549.1.1.1")]
    public void The_key_in_a_real_certificate_is_found_to_be_the_endorsement_key(string file, string algorithm)
    {
        var certificate = TestData.Bytes("ekcert", file);
        Assert.Equal(algorithm, new X509CertificateParser().ReadCertificate(certificate).CertificateStructure.SubjectPublicKeyInfo.Algorithm.Algorithm.Id);
        var modulus = ((RsaKeyParameters)new X509CertificateParser().ReadCertificate(certificate).GetPublicKey()).Modulus;
        Assert.DoesNotContain(FindingCode.EkCertificateKeyMismatch, Codes(modulus));
        Assert.Contains(FindingCode.EkCertificateKeyMismatch, Codes(modulus.Add(BigInteger.Two)));

        IEnumerable<FindingCode> Codes(BigInteger n) => Appraise(request => request with
        {
            EkPublic = TpmWire.ToSizedBytes(KeyTemplates.EkRsa2048 with { Unique = new BytesUnique(n.ToByteArrayUnsigned()) }), EkCertificates = [certificate],
        }).Findings.Select(finding => finding.Code);
    }

    private static EnrolmentAppraisal Appraise(
        Func<EnrolmentRequest, EnrolmentRequest>? change = null, ReadOnlyMemory<byte>? claimedName = null, Func<EkCertificatePolicy, EkCertificatePolicy>? policy = null)
    {
        var request = new EnrolmentRequest
        {
            HostName = "rack-1",
            EkPublic = TpmWire.ToSizedBytes(Ek(Key)),
            EkCertificates = [Vendor.IssueEk(Key.Public), Vendor.Intermediate],
            AkPublic = TpmWire.ToSizedBytes(Ak),
        };
        var rules = new EkCertificatePolicy { Anchors = [Vendor.Root] };
        return EnrolmentAppraiser.Appraise(change?.Invoke(request) ?? request, policy?.Invoke(rules) ?? rules, Now, claimedName);
    }

    private static PublicArea Ek(AsymmetricCipherKeyPair key)
    {
        var point = ((ECPublicKeyParameters)key.Public).Q.Normalize();
        return KeyTemplates.EkEccP256 with { Unique = new EccUnique(point.AffineXCoord.GetEncoded(), point.AffineYCoord.GetEncoded()) };
    }

    private static EnrolmentRequest Forge(EnrolmentRequest request, string attack) => attack[4..] switch
    {
        "not restricted" => WithAk(request, Ak with { Attributes = Ak.Attributes & ~ObjectAttributes.Restricted }),
        "can decrypt" => WithAk(request, Ak with { Attributes = Ak.Attributes | ObjectAttributes.Decrypt }),
        "not fixed to the TPM" => WithAk(request, Ak with { Attributes = Ak.Attributes & ~ObjectAttributes.FixedTpm }),
        "not fixed to its parent" => WithAk(request, Ak with { Attributes = Ak.Attributes & ~ObjectAttributes.FixedParent }),
        "imported" => WithAk(request, Ak with { Attributes = Ak.Attributes & ~ObjectAttributes.SensitiveDataOrigin }),
        "does not sign" => WithAk(request, Ak with { Attributes = Ak.Attributes & ~ObjectAttributes.Sign }),
        "no scheme" => WithAk(request, Ak with { Parameters = (EccParameters)Ak.Parameters with { Scheme = AsymmetricScheme.None } }),
        "scheme with SHA-1" => WithAk(request, Ak with { Parameters = (EccParameters)Ak.Parameters with { Scheme = new(AlgorithmId.Ecdsa, AlgorithmId.Sha1) } }),
        "name with SHA-1" => WithAk(request, Ak with { NameAlgorithm = AlgorithmId.Sha1 }),
        "certificate of another machine" => request with { EkCertificates = [Vendor.IssueEk(VirtualVendor.NewEcKey().Public), Vendor.Intermediate] },
        "attestation key as endorsement key" => request with { EkPublic = request.AkPublic },
        "endorsement key without its policy" => request with { EkPublic = TpmWire.ToSizedBytes(Ek(Key) with { AuthPolicy = [], Attributes = Ek(Key).Attributes | ObjectAttributes.UserWithAuth }) },
        "no certificate" => request with { EkCertificates = [] },
        "certificate of another vendor" => request with { EkCertificates = [new VirtualVendor("Other").IssueEk(Key.Public)] },
        "endorsement key cut" => request with { EkPublic = request.EkPublic[..^1] },
        "attestation key with a byte more" => request with { AkPublic = [.. request.AkPublic, 0] },
        "point not on the curve" => WithAk(request, Ak with { Unique = new EccUnique(new byte[32], ((EccUnique)Ak.Unique).Y) }),
        "RSA with an even exponent" => WithAk(request, VirtualAk.Of(AkKind.RsaSsa).Public is var rsa
            ? rsa with { Parameters = (RsaParameters)rsa.Parameters with { Exponent = 65_536 } } : Ak),
        _ => request,
    };

    private static EnrolmentRequest WithAk(EnrolmentRequest request, PublicArea ak) => request with { AkPublic = TpmWire.ToSizedBytes(ak) };
}
