using System.Text.Json;
using Shype.Attest.Protocol;
using Shype.Attest.ServiceTests.Verifier;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Wire;
using Shype.Attest.Verifier.Access;
using Shype.Attest.Verifier.Attestation;
using Xunit;

namespace Shype.Attest.ServiceTests.Cli;

/// <summary>A virtual host's agent, connected to a running verifier over its real interface: it waits for challenges and answers them.</summary>
internal sealed class VirtualAgent : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;

    private VirtualAgent(HttpResponseMessage challenges, HttpClient client, VirtualHost host) => _loop = AnswerAsync(challenges, client, host);

    /// <summary>Lets the host in and connects its agent.</summary>
    public static async Task<VirtualAgent> ConnectAsync(RunningVerifier verifier, string name, Func<HostSpec, HostSpec>? change = null)
    {
        var token = "agent-token-of-the-tests";
        var record = Records.Host(name);
        var host = VirtualHost.Boot(spec => (change?.Invoke(spec) ?? spec) with { Id = record.Id, Name = name });
        record = record with
        {
            AkPublic = TpmWire.ToSizedBytes(host.Tpm.Ak.Public),
            AkName = host.Tpm.Ak.Name.Bytes.ToArray(),
            TokenDigest = TokenDigest.Of(token).ToBytes(),
        };
        await verifier.Service<HostDirectory>().EnrolAsync(Records.Enrolment(record), TestContext.Current.CancellationToken);
        var client = verifier.Client(token);
        var challenges = await client.GetAsync(
            new Uri($"/v1/hosts/{host.Id}/challenges", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.True(challenges.IsSuccessStatusCode, challenges.ToString());
        return new VirtualAgent(challenges, client, host);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _loop;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // The connection ended, as it was meant to.
        }

        _end.Dispose();
    }

    private async Task AnswerAsync(HttpResponseMessage challenges, HttpClient client, VirtualHost host)
    {
        using (challenges)
        {
            using var lines = new StreamReader(await challenges.Content.ReadAsStreamAsync(_end.Token));
            while (await lines.ReadLineAsync(_end.Token) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    var challenge = JsonSerializer.Deserialize(line["data: ".Length..], ProtocolJson.Default.Challenge)!;
                    using var evidence = new ByteArrayContent(host.Answer(challenge).Encode());
                    evidence.Headers.ContentType = new(MediaTypes.CmwCbor);
                    using var answer = await client.PostAsync(new Uri($"/v1/hosts/{host.Id}/evidence", UriKind.Relative), evidence, _end.Token);
                }
            }
        }
    }
}
