using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Agent;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Http;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Xunit;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>A01: who is not the verifier gets nothing from the agent, not even a request. A02: who is, cannot make it take more than it asked for.</summary>
public sealed class ImpostorTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_verifier_that_is_pinned_gets_the_request()
    {
        using var certificate = Certificate("127.0.0.1");
        var (received, refused) = await Ask(certificate, pinned: certificate);
        Assert.StartsWith("POST /v1/enrol HTTP/1.1", received, StringComparison.Ordinal);
        // It hung up without an answer.
        Assert.Contains("failed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A01_an_impostor_with_a_certificate_of_its_own_gets_nothing()
    {
        using var impostor = Certificate("127.0.0.1");
        using var verifier = Certificate("127.0.0.1");
        Refused(await Ask(impostor, pinned: verifier));
    }

    [Fact]
    public async Task A01_the_right_certificate_under_another_name_gets_nothing()
    {
        using var certificate = Certificate("192.0.2.1");
        Refused(await Ask(certificate, pinned: certificate));
    }

    [Fact]
    public async Task A01_an_expired_certificate_gets_nothing()
    {
        using var certificate = Certificate("127.0.0.1", DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1));
        Refused(await Ask(certificate, pinned: certificate));
    }

    [Fact]
    public async Task A01_neither_old_TLS_is_offered_nor_anything_sent_to_a_server_without_TLS()
    {
        using var certificate = Certificate("127.0.0.1");
        using var listener = Listen();
        var asked = AskAt(listener, Pin(certificate));
        using var client = await listener.AcceptTcpClientAsync(Now);
        var buffer = new byte[4096];
        var hello = buffer.AsMemory(0, await client.GetStream().ReadAsync(buffer, Now));
        // 22, a TLS handshake record: the ClientHello, which holds nothing of the host. Its supported_versions (43) are TLS 1.3 and 1.2 and no more.
        Assert.Equal(22, buffer[0]);
        Assert.True(hello.Span.IndexOf((ReadOnlySpan<byte>)[0, 43, 0, 5, 4, 3, 4, 3, 3]) > 0, Convert.ToHexStringLower(hello.Span));
        await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"u8.ToArray(), Now);
        Assert.Contains("nothing was sent", (await asked).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("enrol", System.Text.Encoding.ASCII.GetString(hello.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(": comment without an end ", "more than 524288 bytes came without a whole event")]
    [InlineData("event: other\ndata: ", "more than 524288 bytes came without a whole event")]
    [InlineData("event: challenge\ndata: {\"nonce\": 1}\n\n", "the verifier sent what is no challenge: $.nonce at byte")]
    public async Task A02_a_stream_that_floods_or_carries_rubbish_is_given_up(string text, string expected)
    {
        using var certificate = Certificate("127.0.0.1");
        using var listener = Listen();
        var address = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var verifier = new VerifierClient(new VerifierOptions(address, Pin(certificate)), "token");
        var followed = Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var challenge in verifier.ChallengesAsync("host", Now))
            {
                Assert.Fail($"took {challenge}");
            }
        });
        using var client = await listener.AcceptTcpClientAsync(Now);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Now);
        Assert.NotEqual(0, await tls.ReadAsync(new byte[4096], Now));
        await tls.WriteAsync("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"u8.ToArray(), Now);
        var bytes = System.Text.Encoding.ASCII.GetBytes(text + new string(text.EndsWith('\n') ? '\n' : 'x', 4096));
        try
        {
            while (!followed.IsCompleted)
            {
                await tls.WriteAsync(bytes, Now);
            }
        }
        catch (IOException)
        {
            // The agent hung up.
        }

        Assert.Contains(expected, (await followed).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read as PEM certificates")]
    [InlineData(null, "cannot be read as PEM certificates")]
    public void A_trust_file_without_a_certificate_is_refused_at_once(string? content, string expected)
    {
        if (content is not null)
        {
            File.WriteAllText(_folder["ca.pem"], content);
        }

        var refused = Assert.Throws<AgentException>(() => new VerifierClient(new VerifierOptions(new Uri("https://127.0.0.1"), _folder["ca.pem"]), null));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, refused.Code);
    }

    private static void Refused((string Received, VerifierException Error) outcome)
    {
        Assert.Equal("", outcome.Received);
        Assert.Contains("did not prove that it is the verifier, nothing was sent", outcome.Error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.CouldNot, outcome.Error.Code);
    }

    // What the server could read after its handshake, and how the client took it.
    private async Task<(string Received, VerifierException Error)> Ask(X509Certificate2 shown, X509Certificate2 pinned)
    {
        using var listener = Listen();
        var asked = AskAt(listener, Pin(pinned));
        using var client = await listener.AcceptTcpClientAsync(Now);
        await using var tls = new SslStream(client.GetStream());
        var received = "";
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = shown }, Now);
            var buffer = new byte[4096];
            received = System.Text.Encoding.ASCII.GetString(buffer, 0, await tls.ReadAsync(buffer, Now));
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            // The client ended the handshake.
        }

        client.Close();
        return (received, await asked);
    }

    private static async Task<VerifierException> AskAt(TcpListener listener, string pin)
    {
        var address = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var client = new VerifierClient(new VerifierOptions(address, pin), "secret-token");
        var request = new EnrolmentRequest { HostName = "host", EkCertificates = [], EkPublic = [1], AkPublic = [1] };
        return await Assert.ThrowsAsync<VerifierException>(() => client.EnrolAsync(request, Now));
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    private string Pin(X509Certificate2 certificate)
    {
        File.WriteAllText(_folder["ca.pem"], certificate.ExportCertificatePem());
        return _folder["ca.pem"];
    }

    private static X509Certificate2 Certificate(string address, DateTimeOffset? from = null, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=verifier", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(from ?? DateTimeOffset.UtcNow.AddDays(-1), until ?? DateTimeOffset.UtcNow.AddDays(1));
    }
}
