using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Sim;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Store;

/// <summary>The real process, killed without warning (threat row R14): nothing that was acknowledged is lost.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task R14_after_kill_9_every_acknowledged_verdict_is_there_and_no_accepted_evidence_is_accepted_again()
    {
        var vendor = new VirtualVendor();
        Directory.CreateDirectory(_folder["roots"]);
        await File.WriteAllBytesAsync(_folder["roots/root.der"], vendor.Root, Now);
        using var tpm = new SoftwareTpm();
        VirtualHost? host = null;
        string? agentToken = null;
        byte[]? lastAccepted = null;
        string? lastToken = null;
        for (var round = 0; round < 4; round++)
        {
            using var process = VerifierProcess.Start(
                "--state", _folder["state"], "--ek-roots", _folder["roots"], "--listen", "127.0.0.1:0", "--require-approval", "false");
            _ = process.StandardError.ReadToEndAsync(Now);
            var line = await process.StandardOutput.ReadLineAsync(Now);
            using var client = Client(new Uri(line!["listening ".Length..]));
            if (host is null)
            {
                (host, agentToken) = await EnrolAsync(client, tpm, vendor);
            }

            var agent = new VirtualAgent(host, Client(client.BaseAddress!, agentToken));
            if (lastAccepted is not null)
            {
                var operators = Client(client.BaseAddress!, (await File.ReadAllTextAsync(_folder["state/operator.token"], Now)).Trim());
                var kept = await operators.GetStringAsync($"/v1/hosts/{host.Id}/verdict", Now);
                // Either the last one that was acknowledged, or one that was kept and whose answer the kill cut off.
                Assert.True(kept == lastToken || IssuedAt(kept) >= IssuedAt(lastToken!), "an acknowledged verdict is lost");
                Assert.Matches("quote-replayed|clock-went-backwards|boot-went-backwards", Payload(await agent.TokenAsync(lastAccepted)));
            }

            // Another number of rounds each time, and the kill in the middle of the last.
            for (var more = 3 + (2 * round); more > 0; more--)
            {
                lastAccepted = host.Answer(await agent.ChallengeAsync()).Encode();
                lastToken = await agent.TokenAsync(lastAccepted);
            }

            var cutOff = agent.SendAsync(host.Answer(await agent.ChallengeAsync()).Encode());
            process.Kill();
            await process.WaitForExitAsync(Now);
            await Record.ExceptionAsync(() => cutOff);
        }
    }

    [Fact]
    public async Task R14_a_full_disk_is_an_error_of_ours_and_what_was_acknowledged_is_there_afterwards()
    {
        var vendor = new VirtualVendor();
        Directory.CreateDirectory(_folder["roots"]);
        await File.WriteAllBytesAsync(_folder["roots/root.der"], vendor.Root, Now);
        using var tpm = new SoftwareTpm();
        string? lastToken = null;
        VirtualHost host;
        // A limit on file sizes is the full disk that needs no privileges; 2 MiB hold a hundred verdicts or so.
        using (var full = VerifierProcess.StartWithFileLimit(2048, "--state", _folder["state"], "--ek-roots", _folder["roots"], "--listen", "127.0.0.1:0",
            "--require-approval", "false"))
        {
            _ = full.StandardError.ReadToEndAsync(Now);
            using var client = Client(new Uri((await full.StandardOutput.ReadLineAsync(Now))!["listening ".Length..]));
            (host, var token) = await EnrolAsync(client, tpm, vendor);
            var agent = new VirtualAgent(host, Client(client.BaseAddress!, token));
            HttpResponseMessage response;
            while ((response = await agent.SendAsync(host.Answer(await agent.ChallengeAsync()).Encode())).IsSuccessStatusCode)
            {
                lastToken = await response.Content.ReadAsStringAsync(Now);
            }

            Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(ProblemTypes.Internal, (await Answer.ProblemAsync(response)).Type);
            Assert.NotNull(lastToken);
            Assert.Equal("live\n", await client.GetStringAsync("/healthz/live", Now));
            full.Kill();
            await full.WaitForExitAsync(Now);
        }

        using var process = VerifierProcess.Start("--state", _folder["state"], "--ek-roots", _folder["roots"], "--listen", "127.0.0.1:0");
        _ = process.StandardError.ReadToEndAsync(Now);
        var address = new Uri((await process.StandardOutput.ReadLineAsync(Now))!["listening ".Length..]);
        using var operators = Client(address, (await File.ReadAllTextAsync(_folder["state/operator.token"], Now)).Trim());
        Assert.Equal(lastToken, await operators.GetStringAsync($"/v1/hosts/{host.Id}/verdict", Now));
        process.Kill();
        await process.WaitForExitAsync(Now);
    }

    private static async Task<(VirtualHost Host, string Token)> EnrolAsync(HttpClient client, SoftwareTpm tpm, VirtualVendor vendor)
    {
        using var begun = await client.PostAsJsonAsync("/v1/enrol", tpm.Request(vendor, "alpha"), ProtocolJson.Default.EnrolmentRequest, Now);
        var challenge = (await begun.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentChallenge, Now))!;
        using var done = await client.PostAsJsonAsync(
            $"/v1/enrol/{challenge.EnrolmentId}/activate", tpm.Answer(challenge), ProtocolJson.Default.EnrolmentActivation, Now);
        var result = (await done.Content.ReadFromJsonAsync(ProtocolJson.Default.EnrolmentResult, Now))!;
        Assert.Equal(HostState.Enrolled, result.State);
        return (VirtualHost.Boot(spec => spec with { Id = result.HostId, Name = "alpha", Ak = tpm.Ak }), EnrolmentProof.AgentToken(tpm.Open(challenge), result.HostId));
    }

    private HttpClient Client(Uri address, string? token = null)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(_folder["state/tls/cert.pem"]) },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        var client = new HttpClient(handler) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
        return client;
    }

    private static string Payload(string token) =>
        System.Text.Encoding.UTF8.GetString(Base64UrlText.TryDecode(token.Split('.')[1], out var bytes) ? bytes : []);

    private static long IssuedAt(string token) => System.Text.Json.JsonDocument.Parse(Payload(token)).RootElement.GetProperty("iat").GetInt64();
}
