using System.Globalization;
using System.Security.Cryptography;
using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.Testing;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>A stranger's opinion: <c>openssl verify</c> with the same authorities says yes and no where we do, but for what it cannot read.</summary>
public sealed class OpensslPathTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    // Where the two differ, and why.
    private static readonly Dictionary<string, string> Differences = new(StringComparer.Ordinal)
    {
        ["ekcert/hirs_nuc1_ek.cer 2020"] = "OpenSSL reads no key of the algorithm rsaesOaep",
        ["ekcert/hirs_nuc1_ek_nv_raw.cer 2020"] = "OpenSSL reads no key of the algorithm rsaesOaep",
        ["ekca/IFX1.pem 2020"] = "its authorityKeyIdentifier names the serial number of another certificate of the same authority and key",
        ["ekca/IFX_EK_Intermediate_01_sha1.pem 2020"] = "likewise",
        ["ekca/STM_ECC_01RT.pem 2020"] = "it is an anchor itself, which OpenSSL takes as a path; here a path has an issuer",
        ["ekca/STM_ECC_01RT.pem 2026"] = "likewise",
        ["ekca/IFX_RSA_RT.pem 2020"] = "likewise",
        ["ekca/IFX_RSA_RT.pem 2026"] = "likewise",
        ["ekca/Alibaba_Cloud_vTPM_EK.pem 2026"] = "likewise",
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task OpenSSL_says_yes_and_no_where_we_do()
    {
        await File.WriteAllTextAsync(_folder["anchors.pem"], Pem(VendorCertificates.All.Where(shipped => shipped.IsAnchor)), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["helpers.pem"], Pem(VendorCertificates.All.Where(shipped => !shipped.IsAnchor)), TestContext.Current.CancellationToken);
        var policy = TrustedAuthority.ToPolicy([.. TrustedAuthority.OfVendors.Select(shipped => shipped with { IsOn = true })]) with { UnsafeAllowSha1 = true };
        List<string> differing = [];
        var (yes, no) = (0, 0);
        foreach (var (name, certificate) in Certificates())
        {
            await File.WriteAllBytesAsync(_folder["certificate.der"], certificate, TestContext.Current.CancellationToken);
            foreach (var year in (int[])[2020, 2026])
            {
                var at = new DateTimeOffset(year, 11, 25, 0, 0, 0, TimeSpan.Zero);
                var ours = EkCertificateCheck.Check([certificate], policy, at).Findings.All(finding => !finding.IsFailure || AboutUse.Contains(finding.Code));
                var (status, output, errors) = await Tool.Try(null, "openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", _folder["anchors.pem"], "-untrusted", _folder["helpers.pem"],
                    "-partial_chain", "-purpose", "any", "-attime", at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), _folder["certificate.der"]);
                (yes, no) = ours ? (yes + 1, no) : (yes, no + 1);
                if (status == 0 != ours && !Differences.ContainsKey($"{name} {year}"))
                {
                    differing.Add($"{name} {year}: ours {ours}, OpenSSL {output} {errors}");
                }
            }
        }

        Assert.True(differing.Count == 0, string.Join('\n', differing));
        Assert.True(yes > 40 && no > 8, $"{yes} yes, {no} no");
    }

    private static IEnumerable<(string Name, byte[] Certificate)> Certificates() =>
        from family in (string[])["ekcert", "ekca"]
        from path in Directory.EnumerateFiles(TestData.PathOf(family, "")).Where(CertificateFile.IsNamedSo).Order(StringComparer.Ordinal)
        select ($"{family}/{Path.GetFileName(path)}",
            CertificateFile.TryRead(File.ReadAllBytes(path), out var read, out var problem) ? CertificateFile.Bare(read[0])! : throw new InvalidDataException(path + problem));

    private static string Pem(IEnumerable<VendorCertificate> certificates) =>
        string.Join('\n', certificates.Select(shipped => PemEncoding.WriteString("CERTIFICATE", shipped.Certificate)));

    // What a certificate is for is not asked of OpenSSL: it does not know these purposes.
    private static readonly FindingCode[] AboutUse = [FindingCode.EkCertificateUsageWrong, FindingCode.EkCertificateIsCa];
}
