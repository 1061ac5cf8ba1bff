using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Http;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Protocol;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Agent.Doctor;

/// <summary>The verifier as this host reaches it: TLS, clock, readiness, and whether it takes this host's token.</summary>
internal static class VerifierExamination
{
    public static async Task RunAsync(AgentOptions options, Enrolment? enrolment, TimeProvider clock, List<Check> checks, CancellationToken cancellationToken)
    {
        if (options.Verifier is not { } verifier)
        {
            checks.Add(Check.Warning("verifier", "the settings name none: this host measures, and shows nobody", "Write verifier: {url: https://HOST:PORT, ca: FILE}."));
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var trust = PinnedTrust.Of(verifier.CaFile);
            var tls = await LookAtTlsAsync(verifier, trust, clock, patience.Token).ConfigureAwait(false);
            checks.Add(tls);
            if (tls.State != CheckState.Wrong)
            {
                await AskAsync(verifier, trust, enrolment, clock, checks, patience.Token).ConfigureAwait(false);
            }
        }
        catch (AgentException e)
        {
            checks.Add(Check.Wrong(ConnectionChecks.Tls, e.Message, "Copy the verifier's certificate (tls/cert.pem in its state folder) to the file that verifier: ca: names."));
        }
        catch (Exception e) when (e is SocketException or HttpRequestException)
        {
            checks.Add(Check.Wrong("verifier", $"{verifier.Url} cannot be reached: {e.Message}", "Does shype-verifier run there? Is a firewall in between? This host only calls out."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            checks.Add(Check.Wrong("verifier", $"{verifier.Url} did not answer within {Patience.TotalSeconds:0} s", "Is a firewall in between? Is it the right port?"));
        }
    }

    // A connection that is opened only to see what is shown; nothing is said in it.
    private static async Task<Check> LookAtTlsAsync(VerifierOptions verifier, SslClientAuthenticationOptions trust, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(verifier.Url.IdnHost, verifier.Url.Port, cancellationToken).ConfigureAwait(false);
        X509Certificate2? shown = null;
        var errors = SslPolicyErrors.RemoteCertificateNotAvailable;
        using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = verifier.Url.IdnHost,
                    CertificateChainPolicy = trust.CertificateChainPolicy,
                    EnabledSslProtocols = trust.EnabledSslProtocols,
                    RemoteCertificateValidationCallback = (_, certificate, _, found) =>
                    {
                        (shown, errors) = (certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()), found);
                        return found == SslPolicyErrors.None;
                    },
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // Judged below by what was shown.
        }

        using (shown)
        {
            return ConnectionChecks.OfCertificate(shown, errors, verifier.Url.IdnHost, verifier.CaFile, clock.GetUtcNow());
        }
    }

    private static async Task AskAsync(
        VerifierOptions verifier, SslClientAuthenticationOptions trust, Enrolment? enrolment, TimeProvider clock, List<Check> checks, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = trust, AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = verifier.Url };
        using var ready = await http.GetAsync(new Uri("readyz", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (ready.Headers.Date is { } there)
        {
            checks.Add(ConnectionChecks.OfClocks(clock.GetUtcNow(), there));
        }

        checks.Add(ready.StatusCode == HttpStatusCode.OK
            ? Check.Ok("verifier", $"{verifier.Url} is ready to work")
            : Check.Wrong("verifier", $"{verifier.Url} answers {(int)ready.StatusCode} to whether it is ready", "Its log says why; shype doctor says more."));
        if (enrolment is not null)
        {
            checks.Add(await LookAtTokenAsync(http, enrolment, cancellationToken).ConfigureAwait(false));
        }
    }

    // Asking for a challenge changes nothing.
    private static async Task<Check> LookAtTokenAsync(HttpClient http, Enrolment enrolment, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/hosts/{Uri.EscapeDataString(enrolment.HostId)}/challenge");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", enrolment.Token);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode)
        {
            return Check.Ok("token", "the verifier knows this host and challenges it");
        }

        await answer.Content.LoadIntoBufferAsync(ProtocolLimits.MaxJsonBytes, cancellationToken).ConfigureAwait(false);
        ProblemDocument.TryRead(await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), out var problem);
        return problem?.Type switch
        {
            ProblemTypes.HostPending => Check.Warning("token", "this host waits for approval", "An operator compares its key and approves it: shype host approve NAME."),
            ProblemTypes.HostRevoked => Check.Wrong("token", "this host was revoked", "shype host show NAME says why; an operator may approve it again."),
            ProblemTypes.Unauthorized => Check.Wrong("token", "the verifier does not know this host's token", "shype-agent enrol makes a new one."),
            _ => Check.Wrong("token", $"the verifier answers {(int)answer.StatusCode}: {problem?.Detail ?? problem?.Title ?? "without a reason"}", "Look at the verifier's log; enrol anew where it lost its database."),
        };
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
}
