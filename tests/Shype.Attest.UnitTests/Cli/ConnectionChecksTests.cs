using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Protocol.Checks;
using Xunit;

namespace Shype.Attest.UnitTests.Cli;

/// <summary>What doctors make of a verifier's certificate and clock.</summary>
public sealed class ConnectionChecksTests : IDisposable
{
    private static readonly DateTimeOffset Now = Terminal.Now;
    private readonly X509Certificate2 _certificate = Certificate();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData(0, CheckState.Ok)]
    [InlineData(5, CheckState.Ok)]
    [InlineData(-6, CheckState.Warning)]
    [InlineData(60, CheckState.Warning)]
    [InlineData(61, CheckState.Wrong)]
    [InlineData(-3600, CheckState.Wrong)]
    public void Clocks_may_be_apart_by_seconds(int seconds, CheckState state) => Assert.Equal(state, ConnectionChecks.OfClocks(Now.AddSeconds(seconds), Now).State);

    [Theory]
    [InlineData(0, SslPolicyErrors.None, CheckState.Ok, "until")]
    [InlineData(71, SslPolicyErrors.None, CheckState.Warning, "expires at")]
    [InlineData(100, SslPolicyErrors.RemoteCertificateChainErrors, CheckState.Wrong, "expired at")]
    [InlineData(-2, SslPolicyErrors.RemoteCertificateChainErrors, CheckState.Wrong, "is valid from")]
    [InlineData(0, SslPolicyErrors.RemoteCertificateNameMismatch, CheckState.Wrong, "not for the name host")]
    [InlineData(0, SslPolicyErrors.RemoteCertificateChainErrors, CheckState.Wrong, "does not chain to ca.pem")]
    public void A_certificate_is_judged_with_the_reason_that_helps(int days, SslPolicyErrors errors, CheckState state, string text)
    {
        var check = ConnectionChecks.OfCertificate(_certificate, errors, "host", "ca.pem", Now.AddDays(days));
        Assert.Equal(state, check.State);
        Assert.Contains(text, check.Text, StringComparison.Ordinal);
        Assert.Equal(state == CheckState.Ok, check.Advice is null);
    }

    [Fact]
    public void Who_shows_no_certificate_is_no_verifier() =>
        Assert.Equal(CheckState.Wrong, ConnectionChecks.OfCertificate(null, SslPolicyErrors.RemoteCertificateNotAvailable, "host", "ca.pem", Now).State);

    [Fact]
    public void What_is_wrong_comes_first_and_warnings_are_no_illness()
    {
        var report = CheckReport.Of([Check.Ok("a", "t"), Check.Warning("b", "t", "d"), Check.Ok("c", "t")]);
        Assert.True(report.Healthy);
        Assert.Equal(["b", "a", "c"], report.Checks.Select(check => check.Name));
        report = CheckReport.Of([.. report.Checks, Check.Wrong("d", "t", "d")]);
        Assert.False(report.Healthy);
        Assert.Equal("d", report.Checks[0].Name);
        Assert.Equal("1 wrong, 1 warning, 2 ok", report.Count());
    }

    // 100 days from now on, and one before.
    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=verifier", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(100));
    }
}
