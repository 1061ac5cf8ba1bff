using System.Globalization;
using System.Text;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.UnitTests.Appraisal;

/// <summary>Certificates of real vendors, as TPMs and collections hold them (rules E1 to E7, threat rows K09 to K12).</summary>
public sealed class RealCertificatesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Family, string File)[] Files =
    [
        .. new[] { "ekcert", "ekca" }.SelectMany(family => Directory.EnumerateFiles(TestData.PathOf(family, ""))
            .Select(path => (family, Path.GetFileName(path))).Where(file => CertificateFile.IsNamedSo(file.Item2))),
        ("attestation", "gce-cos-85-nonce9009.ak.crt.der"),
    ];

    [Fact]
    public void Every_real_certificate_is_judged_as_written_down()
    {
        var text = new StringBuilder("# Each file as an endorsement key's and an attestation key's certificate: by default on 2026-11-25; with every lenience; at the start of 2020.\n");
        foreach (var (family, file) in Files.OrderBy(file => file.Family + file.File, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{family}/{file}\n");
            if (Judge(family, file, isAk: false, Default, Now) is { Tpm: { } tpm })
            {
                text.Append(CultureInfo.InvariantCulture, $"  tpm: {tpm.Manufacturer}, {tpm.Vendor}, {tpm.Model}, {tpm.Version}, {tpm.Specification}, {tpm.Assertions}\n");
                text.Append(tpm.Instance is { } instance ? $"  machine: {instance}\n" : "");
            }

            foreach (var isAk in (bool[])[false, true])
            {
                var name = isAk ? "ak" : "ek";
                text.Append(CultureInfo.InvariantCulture, $"  {name} default: {Words(Judge(family, file, isAk, Default, Now))}\n");
                text.Append(CultureInfo.InvariantCulture, $"  {name} lenient: {Words(Judge(family, file, isAk, Lenient, Now))}\n");
                text.Append(CultureInfo.InvariantCulture, $"  {name} in 2020: {Words(Judge(family, file, isAk, Default, new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)))}\n");
            }
        }

        Golden.Match("ekcert", "judged.txt", text.ToString());
    }

    [Theory]
    [InlineData("ek_st_rsa_trailing.der", true)]
    [InlineData("hirs_nuc1_ek_nv_raw.cer", false)]
    public void K11_shipped_authorities_are_enough_for_a_real_certificate(string file, bool today)
    {
        Assert.Equal(today, Judge("ekcert", file, isAk: false, Default, Now).IsTrusted);
        Assert.True(Judge("ekcert", file, isAk: false, Lenient, new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)).IsTrusted);
    }

    [Fact]
    public void K12_the_address_of_a_missing_issuer_is_shown_and_never_asked()
    {
        var verdict = EkCertificateCheck.Check([TestData.Bytes("ekcert", "ek_st_rsa_trailing.der")], Default with { Helpers = [] }, Now);
        var finding = Assert.Single(verdict.Findings);
        Assert.Equal(FindingCode.EkCertificateUntrusted, finding.Code);
        Assert.Contains("http://secure.globalsign.com/stmtpmekint05.crt", finding.Text, StringComparison.Ordinal);
        Assert.Contains("never fetches", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_helper_vouches_for_nothing_by_itself()
    {
        var helpers = TrustedAuthority.OfVendors.Where(shipped => !shipped.IsAnchor).ToList();
        var verdict = EkCertificateCheck.Check([TestData.Bytes("ekcert", "ek_st_rsa_trailing.der")], TrustedAuthority.ToPolicy(helpers), Now);
        Assert.Equal([FindingCode.EkCertificateUntrusted], verdict.Findings.Select(finding => finding.Code));
        Assert.Equal(3, verdict.Chain.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_clouds_attestation_key_is_taken_where_its_root_is_on_and_every_verdict_says_that_it_is_virtual(bool isOn)
    {
        var certificate = TestData.Bytes("attestation", "gce-cos-85-nonce9009.ak.crt.der");
        var verdict = AkCertificateCheck.Check([certificate], isOn ? Lenient : Default, Now);
        Assert.Equal([isOn ? FindingCode.AkCertifiedByCloud : FindingCode.EkCertificateAnchorOff], verdict.Findings.Select(finding => finding.Code));
        Assert.Equal("cos-test", verdict.Tpm!.Instance!.InstanceName);
        Assert.Equal("google.com:wuale-gcp-testing", verdict.Tpm.Instance.ProjectId);
        Assert.True(!isOn || verdict.Findings[0].Text.Contains("cos-test", StringComparison.Ordinal));
        // A key that signs is no endorsement key, though the certificate has that purpose.
        Assert.Contains(FindingCode.EkCertificateUsageWrong, EkCertificateCheck.Check([certificate], Lenient, Now).Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void The_index_of_shipped_certificates_says_what_the_certificates_say()
    {
        Assert.Equal(26, VendorCertificates.All.Count);
        Assert.All(VendorCertificates.All, shipped =>
        {
            var said = CertificateFile.Describe(shipped.Certificate)!;
            Assert.Equal((said.Fingerprint, DateOnly.FromDateTime(said.NotBefore.UtcDateTime), DateOnly.FromDateTime(said.NotAfter.UtcDateTime)),
                (shipped.Fingerprint, shipped.NotBefore, shipped.NotAfter));
            Assert.Equal(Parts(said.Subject), Parts(shipped.Subject));
            Assert.NotEmpty(shipped.Origin);
            Assert.NotEmpty(shipped.Terms);
            // What did not sign itself is an anchor only with a reason.
            Assert.True(!shipped.IsAnchor || CertificateFile.IsSelfSigned(shipped.Certificate) || shipped.Note.Contains("not in this store", StringComparison.Ordinal), shipped.Id);
        });
        Assert.All(VendorCertificates.All, shipped => Assert.True(!shipped.IsVirtual || !shipped.IsAnchor || !shipped.IsOnByDefault, shipped.Id));
        Assert.Equal(26, VendorCertificates.All.Select(shipped => shipped.Fingerprint).Distinct().Count());

        // The two write the names in another order, and escape commas differently.
        static IEnumerable<string> Parts(string subject) => subject.Replace("\\", "", StringComparison.Ordinal).Split(',', '+').Select(part => part.Trim()).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void No_certificate_of_a_simulator_is_shipped() =>
        Assert.DoesNotContain(VendorCertificates.All, shipped => shipped.Subject.Contains("sim", StringComparison.OrdinalIgnoreCase)
            || shipped.Subject.Contains("test", StringComparison.OrdinalIgnoreCase));

    public static TheoryData<string, string> All => [.. Files.Select(file => (file.Family, file.File))];

    [Theory]
    [MemberData(nameof(All))]
    public void Cut_or_with_a_bit_changed_a_certificate_never_throws(string family, string file)
    {
        var original = Read(family, file)[0];
        var policy = new EkCertificatePolicy { Anchors = [original], CheckValidity = false, UnsafeAllowSha1 = true };
        for (var length = 0; length < original.Length; length += 1 + length / 64)
        {
            _ = EkCertificateCheck.Check([original[..length]], policy, Now);
        }

        // The library tests each new RSA modulus for primes, so not every byte of every file.
        for (var i = 3 + file.Length % Step; i < original.Length; i += Step)
        {
            var changed = original.ToArray();
            changed[i] ^= (byte)(1 << i % 8);
            Assert.NotNull(EkCertificateCheck.Check([changed], policy, Now).Findings);
        }
    }

    [Fact]
    public void A_key_of_an_algorithm_that_nobody_knows_is_a_finding()
    {
        var changed = Read("ekca", "STM_RSA_05I.pem")[0].ToArray();
        // The last byte of rsaEncryption (1.2.840.113549.1.1.1) in the subject's key.
        var oid = changed.AsSpan().LastIndexOf((byte[])[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]);
        changed[oid + 8] = 0x7f;
        Assert.Equal([FindingCode.EkCertificateMalformed], EkCertificateCheck.Check([changed], Default, Now).Findings.Select(finding => finding.Code));
    }

    [Fact]
    public void With_a_byte_changed_a_good_certificate_is_refused()
    {
        var original = CertificateFile.Bare(TestData.Bytes("ekcert", "ek_st_rsa_trailing.der"))!;
        var policy = new EkCertificatePolicy { Anchors = [Read("ekca", "STM_RSA_05I.pem")[0]] };
        Assert.True(EkCertificateCheck.Check([original], policy, Now).IsTrusted);
        for (var i = 0; i < original.Length; i += 41)
        {
            var changed = original.ToArray();
            changed[i] ^= (byte)(1 << i % 8);
            Assert.False(EkCertificateCheck.Check([changed], policy, Now).IsTrusted, $"byte {i}");
        }
    }

    private static EkCertificatePolicy Default { get; } = TrustedAuthority.ToPolicy(TrustedAuthority.OfVendors);

    private static EkCertificatePolicy Lenient { get; } =
        TrustedAuthority.ToPolicy([.. TrustedAuthority.OfVendors.Select(shipped => shipped with { IsOn = true })]) with { UnsafeAllowSha1 = true, AcceptExpiredAuthorities = true };

    private static EkCertificateVerdict Judge(string family, string file, bool isAk, EkCertificatePolicy policy, DateTimeOffset at) =>
        isAk ? AkCertificateCheck.Check(Read(family, file), policy, at) : EkCertificateCheck.Check(Read(family, file), policy, at);

    private static IReadOnlyList<byte[]> Read(string family, string file) =>
        CertificateFile.TryRead(TestData.Bytes(family, file), out var certificates, out var problem) ? certificates : throw new InvalidDataException($"{file}: {problem}");

    private static string Words(EkCertificateVerdict verdict)
    {
        var anchor = verdict.Chain.FirstOrDefault(link => link.IsAnchor) is { } link ? VendorCertificates.All.First(shipped => shipped.Fingerprint == link.Fingerprint).Id : "nobody";
        return $"{(verdict.IsTrusted ? "trusted" : "refused")}, by {anchor}: {string.Join(' ', Finding.InOrder(verdict.Findings).Select(finding => finding.Kind.Text).Distinct())}".TrimEnd(' ', ':');
    }

    private const int Step = 211;
}
