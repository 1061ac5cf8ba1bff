using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Shype.Attest.Protocol.Checks;

/// <summary>How to judge a verifier's certificate and clock, the same for its clients and its agents.</summary>
public static class ConnectionChecks
{
    /// <summary>The name of the check of TLS.</summary>
    public const string Tls = "tls";

    /// <summary>The name of the check of clocks.</summary>
    public const string Clock = "clock";

    /// <summary>Judges what a verifier showed in TLS.</summary>
    /// <param name="shown">Its certificate; null where it showed none.</param>
    /// <param name="errors">What TLS held against it, under <see cref="PinnedChain"/>.</param>
    /// <param name="host">The name that it was asked by.</param>
    /// <param name="file">The certificates that are trusted.</param>
    /// <param name="now">The time here.</param>
    public static Check OfCertificate(X509Certificate2? shown, SslPolicyErrors errors, string host, string file, DateTimeOffset now)
    {
        if (shown is null)
        {
            return Check.Wrong(Tls, $"{host} showed no certificate", "Is it a shype-verifier? Look at address and port.");
        }

        if (shown.NotAfter.ToUniversalTime() <= now.UtcDateTime)
        {
            return Check.Wrong(Tls, $"the verifier's certificate expired at {Moment(shown.NotAfter)}", "Give the verifier a new one, or restart it where it made its own (docs/verifier.md); or set this machine's clock.");
        }

        if (shown.NotBefore.ToUniversalTime() > now.UtcDateTime)
        {
            return Check.Wrong(Tls, $"the verifier's certificate is valid from {Moment(shown.NotBefore)} on, here it is {Moment(now.UtcDateTime)}", "Set this machine's clock.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return Check.Wrong(Tls, $"the verifier's certificate is not for the name {host}", "Ask by a name that stands in it, or give the verifier a certificate for this one.");
        }

        if (errors != SslPolicyErrors.None)
        {
            return Check.Wrong(
                Tls, $"the verifier's certificate, SHA-256 {Convert.ToHexStringLower(shown.GetCertHash(System.Security.Cryptography.HashAlgorithmName.SHA256))}, does not chain to {file}",
                "Copy the verifier's certificate anew (tls/cert.pem in its state folder); if it did not change, somebody stands in between.");
        }

        var left = shown.NotAfter.ToUniversalTime() - now.UtcDateTime;
        return left < Soon
            ? Check.Warning(Tls, $"the verifier's certificate expires at {Moment(shown.NotAfter)}", "Renew it before then, and give its clients the new one.")
            : Check.Ok(Tls, $"the certificate chains to {file}, until {Moment(shown.NotAfter)}");
    }

    /// <summary>Judges two clocks: what expires is judged by the one that did not write it.</summary>
    public static Check OfClocks(DateTimeOffset here, DateTimeOffset verifier)
    {
        var skew = here - verifier;
        var text = $"this machine's clock is {Math.Abs(skew.TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} the verifier's";
        const string Advice = "Have both machines keep time (chrony, systemd-timesyncd).";
        return skew.Duration() switch
        {
            var off when off > Unusable => Check.Wrong(Clock, text, Advice),
            var off when off > Doubtful => Check.Warning(Clock, text, Advice),
            _ => Check.Ok(Clock, "this machine and the verifier agree on the time"),
        };
    }

    private static string Moment(DateTime moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static readonly TimeSpan Soon = TimeSpan.FromDays(30);

    // A verdict lives for minutes; the header that tells the verifier's time has whole seconds.
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Unusable = TimeSpan.FromSeconds(60);
}
