using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Cli.Api;

/// <summary>A connection that is opened only to see what the verifier shows in TLS; nothing is said in it.</summary>
internal static class TlsLook
{
    /// <summary>What it shows, judged.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<Check> AtAsync(Uri address, TrustAnchor anchor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.IdnHost, address.Port, cancellationToken);
        X509Certificate2? shown = null;
        var errors = SslPolicyErrors.RemoteCertificateNotAvailable;
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = address.IdnHost,
                    CertificateChainPolicy = anchor.ToChainPolicy(),
                    RemoteCertificateValidationCallback = (_, certificate, _, found) =>
                    {
                        (shown, errors) = (certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()), found);
                        return found == SslPolicyErrors.None;
                    },
                },
                cancellationToken);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // Judged below by what was shown.
        }

        using (shown)
        {
            return ConnectionChecks.OfCertificate(shown, errors, address.IdnHost, anchor.File, now);
        }
    }
}
