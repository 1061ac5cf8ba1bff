using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using Shype.Attest.Protocol;
using Shype.Attest.Testing.World;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>
/// A virtual host's agent: speaks to the verifier over its real interface, reads events with the framework's parser. Its evidence may go to another verifier than
/// its challenges come from, as a load balancer does it.
/// </summary>
internal sealed class VirtualAgent(VirtualHost host, HttpClient client, HttpClient? evidenceTo = null)
{
    public VirtualHost Host => host;

    public HttpClient Client => client;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async Task<Challenge> ChallengeAsync() =>
        (await client.GetFromJsonAsync($"/v1/hosts/{host.Id}/challenge", ProtocolJson.Default.Challenge, Now))!;

    public async Task<HttpResponseMessage> SendAsync(byte[] evidence)
    {
        var content = new ByteArrayContent(evidence);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.CmwCbor);
        return await (evidenceTo ?? client).PostAsync($"/v1/hosts/{host.Id}/evidence", content, Now);
    }

    /// <summary>One round of challenge and evidence; the token.</summary>
    public async Task<string> AttestAsync(Func<Evidence, Evidence>? change = null)
    {
        var evidence = host.Answer(await ChallengeAsync());
        return await TokenAsync((change?.Invoke(evidence) ?? evidence).Encode());
    }

    /// <summary>The token for evidence.</summary>
    public async Task<string> TokenAsync(byte[] evidence)
    {
        using var response = await SendAsync(evidence);
        var body = await response.Content.ReadAsStringAsync(Now);
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal(MediaTypes.EatJwt, response.Content.Headers.ContentType?.MediaType);
        return body;
    }

    /// <summary>The challenges that the verifier pushes.</summary>
    public async Task<Connection> ConnectAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/hosts/{host.Id}/challenges");
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Now);
        Assert.Equal(MediaTypes.EventStream, response.Content.Headers.ContentType?.MediaType);
        return new Connection(response, await response.Content.ReadAsStreamAsync(Now));
    }

    /// <summary>Answers every challenge until the connection ends.</summary>
    public async Task<Serving> ServeAsync()
    {
        var connection = await ConnectAsync();
        return new Serving(connection, Task.Run(async () =>
        {
            var served = 0;
            await foreach (var challenge in connection.Challenges())
            {
                using var response = await SendAsync(host.Answer(challenge).Encode());
                served++;
            }

            return served;
        }));
    }

    /// <summary>An open stream of events.</summary>
    internal sealed class Connection(HttpResponseMessage response, Stream stream) : IDisposable
    {
        public async IAsyncEnumerable<Challenge> Challenges()
        {
            var parser = SseParser.Create(stream).EnumerateAsync(Now).GetAsyncEnumerator(Now);
            while (await NextAsync(parser))
            {
                Assert.Equal("challenge", parser.Current.EventType);
                Assert.True(ProtocolJson.TryRead(Encoding.UTF8.GetBytes(parser.Current.Data), ProtocolJson.Default.Challenge, out var challenge, out var problem), problem?.ToString());
                yield return challenge;
            }
        }

        public void Dispose()
        {
            stream.Dispose();
            response.Dispose();
        }

        private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events)
        {
            try
            {
                return await events.MoveNextAsync();
            }
            // NotSupportedException: the client read on while it was disposed of, to see whether the connection can be used again.
            catch (Exception ended) when (ended is IOException or ObjectDisposedException or HttpRequestException or OperationCanceledException or NotSupportedException)
            {
                return false;
            }
        }
    }

    /// <summary>An agent that serves; says at the end how many challenges it answered.</summary>
    internal sealed class Serving(Connection connection, Task<int> loop) : IAsyncDisposable
    {
        /// <summary>Done when the verifier ended it.</summary>
        public Task Ended => loop;

        public async Task<int> StopAsync()
        {
            connection.Dispose();
            return await loop;
        }

        public async ValueTask DisposeAsync() => await StopAsync();
    }
}
