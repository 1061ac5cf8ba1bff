using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Testing;
using Shype.Attest.Testing.Attacks;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Threat rows K09 to K12: a valid chain, and valid chains minus one thing, each with the reason that a refusal must give.</summary>
public sealed class EkCertificateTests
{
    private static readonly VirtualVendor Vendor = new();
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Org.BouncyCastle.Crypto.AsymmetricCipherKeyPair Ek = VirtualVendor.NewEcKey();
    private static readonly ForgedChains Forged = new(Vendor, Ek, Now);

    [Fact]
    public void A_good_chain_has_no_findings()
    {
        var verdict = Check([Vendor.IssueEk(Ek.Public), Vendor.Intermediate]);
        Assert.Empty(verdict.Findings);
        Assert.Contains("Virtual TPM Vendor Root", verdict.Issuer, StringComparison.Ordinal);
    }

    [Fact]
    public void An_intermediate_may_be_the_anchor() =>
        Assert.Empty(EkCertificateCheck.Check([Vendor.IssueEk(Ek.Public)], Policy(Vendor.Intermediate), Now).Findings);

    public static TheoryData<string, FindingCode> Attacks => new()
    {
        { "K09 no certificate", FindingCode.EkCertificateMissing },
        { "K09 made by itself", FindingCode.EkCertificateUntrusted },
        { "K09 another vendor", FindingCode.EkCertificateUntrusted },
        { "K09 private root with the vendor's name, brought along", FindingCode.EkCertificateUntrusted },
        { "K09 private root with the vendor's name, not brought", FindingCode.EkCertificateSignatureInvalid },
        { "K09 intermediate left out", FindingCode.EkCertificateUntrusted },
        { "K09 authority flag missing in the chain", FindingCode.EkCertificateIssuerNotCa },
        { "K09 keyUsage of the intermediate without keyCertSign", FindingCode.EkCertificateIssuerNotCa },
        { "K10 another endorsement certificate as authority", FindingCode.EkCertificateIssuerNotCa },
        { "K10 path length", FindingCode.EkCertificatePathTooLong },
        { "K10 expired", FindingCode.EkCertificateExpired },
        { "K10 intermediate expired", FindingCode.EkCertificateExpired },
        { "K10 not yet valid", FindingCode.EkCertificateNotYetValid },
        { "K10 name constraints permit another", FindingCode.EkCertificateNameConstraints },
        { "K10 name constraints exclude it", FindingCode.EkCertificateNameConstraints },
        { "K10 wrong usage", FindingCode.EkCertificateUsageWrong },
        { "K10 no usage", FindingCode.EkCertificateUsageWrong },
        { "K10 certificate of an authority", FindingCode.EkCertificateIsCa },
        { "K10 unknown critical extension", FindingCode.EkCertificateCriticalExtension },
        { "K10 unknown critical extension above", FindingCode.EkCertificateCriticalExtension },
        { "K10 SHA-1", FindingCode.EkCertificateAlgorithmWeak },
        { "K09 one byte changed", FindingCode.EkCertificateSignatureInvalid },
        { "K11 cut", FindingCode.EkCertificateMalformed },
        { "K11 no certificate at all", FindingCode.EkCertificateMalformed },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void An_attack_is_refused_with_its_reason(string attack, FindingCode expected)
    {
        var verdict = Check(Forged.Of(attack[4..]));
        Assert.Equal([expected], verdict.Findings.Select(finding => finding.Code).Distinct());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void The_last_second_of_validity_counts(int secondsAfter, bool good) =>
        Assert.Equal(good, EkCertificateCheck.Check(
            [Vendor.IssueEk(Ek.Public), Vendor.Intermediate], Policy(Vendor.Root), VirtualVendor.ValidTo.AddSeconds(secondsAfter)).Findings.Count == 0);

    [Fact]
    public void Every_failure_is_told()
    {
        var verdict = Check([Vendor.IssueEk(Ek.Public, spec => spec with { Usages = null, NotAfter = Now.AddDays(-1) }), Vendor.Intermediate]);
        Assert.Equal([FindingCode.EkCertificateUsageWrong, FindingCode.EkCertificateExpired], verdict.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void K11_a_real_certificate_with_bytes_behind_it_passes_to_the_vendors_root()
    {
        var policy = Policy(Pem("STM_RSA_RT.pem"));
        byte[][] brought = [TestData.Bytes("ekcert", "ek_st_rsa_trailing.der"), Pem("STM_RSA_05I.pem")];
        Assert.Empty(EkCertificateCheck.Check(brought, policy, Now).Findings);
        Assert.Empty(EkCertificateCheck.Check(brought, Policy(Pem("STM_RSA_05I.pem")), Now).Findings);
        Assert.Equal([FindingCode.EkCertificateUntrusted], Codes(EkCertificateCheck.Check(brought[..1], policy, Now)));
        Assert.Equal([FindingCode.EkCertificateExpired], Codes(EkCertificateCheck.Check(brought, policy, new(2029, 1, 1, 0, 0, 0, TimeSpan.Zero))));
    }

    [Theory]
    [InlineData("hirs_nuc1_ek.cer")]
    [InlineData("hirs_nuc1_ek_nv_raw.cer")]
    public void K11_a_real_certificate_of_2014_passes_in_its_time_where_its_sha_1_is_taken(string file)
    {
        byte[][] brought = [TestData.Bytes("ekcert", file), TestData.Bytes("ekcert", "hirs_stmtpmekint02.crt"), TestData.Bytes("ekcert", "hirs_stmtpmekroot.crt")];
        var root = TestData.Bytes("ekcert", "hirs_gstpmroot.crt");
        var then = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Empty(EkCertificateCheck.Check(brought, Policy(root) with { UnsafeAllowSha1 = true }, then).Findings);
        Assert.Empty(EkCertificateCheck.Check(brought, Policy(root) with { UnsafeAllowSha1 = true, CheckValidity = false }, Now).Findings);
        Assert.Equal([FindingCode.EkCertificateAlgorithmWeak], Codes(EkCertificateCheck.Check(brought, Policy(root), then)));
        Assert.Equal(
            [FindingCode.EkCertificateExpired], Codes(EkCertificateCheck.Check(brought, Policy(root) with { UnsafeAllowSha1 = true }, Now)));
    }

    [Fact]
    public void K11_a_real_root_with_names_out_of_order_can_be_an_anchor()
    {
        var root = TestData.Bytes("ekcert", "nuvoton_root_2110_malformed_set_order.der");
        // It is no endorsement key's certificate, but the path to itself must hold over the bytes as they came.
        var codes = Codes(EkCertificateCheck.Check([root], Policy(root), Now));
        Assert.DoesNotContain(FindingCode.EkCertificateMalformed, codes);
        Assert.DoesNotContain(FindingCode.EkCertificateSignatureInvalid, codes);
    }

    [Fact]
    public void An_attestation_keys_real_certificate_is_no_endorsement_certificate() =>
        Assert.Contains(FindingCode.EkCertificateUsageWrong, Codes(Check([TestData.Bytes("ekcert", "iak_rsa.der")])));

    private static EkCertificateVerdict Check(IReadOnlyList<byte[]> brought) => EkCertificateCheck.Check(brought, Policy(Vendor.Root), Now);

    private static EkCertificatePolicy Policy(params byte[][] anchors) => new() { Anchors = anchors };

    private static IEnumerable<FindingCode> Codes(EkCertificateVerdict verdict) => verdict.Findings.Select(finding => finding.Code).Distinct();

    private static byte[] Pem(string file)
    {
        using var certificate = X509Certificate2.CreateFromPem(TestData.Text("ekcert", file));
        return certificate.RawData;
    }
}
