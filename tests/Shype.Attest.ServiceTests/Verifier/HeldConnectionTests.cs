using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>Whoever holds connections and gives nothing: the others are served meanwhile (threat rows R07, R08).</summary>
public sealed class HeldConnectionTests : IAsyncDisposable
{
    private readonly List<IDisposable> _held = [];
    private RunningVerifier? _verifier;

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _held.ForEach(one => one.Dispose());
        if (_verifier is not null)
        {
            await _verifier.DisposeAsync();
        }
    }

    [Fact]
    public async Task R07_others_are_served_while_connections_are_held_in_every_state()
    {
        _verifier = await RunningVerifier.StartAsync();
        var agent = await _verifier.BootHostAsync("alpha");
        for (var i = 0; i < 60; i++)
        {
            // Nothing at all; TLS begun; TLS done; half a line; half the headers; a body that does not come; bytes of a body.
            var tcp = await TcpAsync();
            if (i % 6 == 1)
            {
                await tcp.GetStream().WriteAsync(new byte[] { 0x16, 3, 1 }, Now);
            }

            if (i % 6 >= 2)
            {
                var tls = await TlsAsync(tcp);
                await tls.WriteAsync(Encoding.ASCII.GetBytes((i % 6) switch
                {
                    2 => "",
                    3 => "GET /healthz/li",
                    4 => "GET /healthz/live HTTP/1.1\r\nHost: x\r\nA: ",
                    _ => "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"",
                }), Now);
            }
        }

        await ServesAsync(agent);
    }

    [Fact]
    public async Task R07_many_silent_agents_take_nothing_from_the_others()
    {
        _verifier = await RunningVerifier.StartAsync();
        var agent = await _verifier.BootHostAsync("alpha");
        for (var i = 0; i < 50; i++)
        {
            var (id, token) = await _verifier.AddHostAsync($"silent-{i}");
            var client = _verifier.Client(token);
            _held.Add(await client.GetAsync($"/v1/hosts/{id}/challenges", HttpCompletionOption.ResponseHeadersRead, Now));
        }

        await ServesAsync(agent);
    }

    [Fact]
    public async Task R07_one_address_holds_so_many_connections_and_the_next_one_hears_nothing_until_one_is_given_back()
    {
        _verifier = await RunningVerifier.StartAsync(new { MaxConnectionsPerAddress = 3 });
        var held = new List<TcpClient>();
        for (var i = 0; i < 3; i++)
        {
            held.Add(await TcpAsync());
            await TlsAsync(held[^1]);
        }

        await Assert.ThrowsAnyAsync<Exception>(async () => await TlsAsync(await TcpAsync()));
        // Another address is another matter.
        using var other = new TcpClient(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await other.ConnectAsync(IPAddress.Loopback, _verifier.Address.Port, Now);
        Assert.Contains("200", await AskAsync(await TlsAsync(other)), StringComparison.Ordinal);

        held[0].Dispose();
        for (string? answer = null; answer is null;)
        {
            try
            {
                answer = await AskAsync(await TlsAsync(await TcpAsync()));
            }
            catch (Exception closed) when (closed is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The server has not noticed yet.
                await Task.Delay(20, Now);
            }
        }
    }

    [Fact]
    public async Task R08_streams_of_one_connection_are_bounded_and_others_are_served()
    {
        _verifier = await RunningVerifier.StartAsync();
        var agent = await _verifier.BootHostAsync("alpha");
        var handler = new SocketsHttpHandler { SslOptions = _verifier.TlsOptions(_verifier.Address.Host), EnableMultipleHttp2Connections = false };
        using var client = new HttpClient(handler) { BaseAddress = _verifier.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        _held.Add(client);
        for (var i = 0; i < 100; i++)
        {
            var (id, token) = await _verifier.AddHostAsync($"silent-{i}");
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/hosts/{id}/challenges") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Authorization = new("Bearer", token);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Now);
            Assert.Equal(HttpVersion.Version20, response.Version);
            _held.Insert(0, response);
        }

        // One stream more than a connection may have waits at the client, for the server told it the number.
        var more = client.GetAsync("/healthz/live", Now);
        await ServesAsync(agent);
        Assert.False(more.IsCompleted);
        _held[0].Dispose();
        using var answer = await more;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task R08_requests_that_follow_each_other_without_waiting_are_answered_in_order_and_what_is_behind_a_wrong_length_is_not_a_request()
    {
        _verifier = await RunningVerifier.StartAsync();
        var piped = await TlsAsync(await TcpAsync());
        await piped.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n", 20)) + "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), Now);
        var answers = await ReadAsync(piped);
        Assert.Equal(20, answers.Split("HTTP/1.1 200").Length - 1);
        Assert.EndsWith("404", answers[..(answers.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal) + 12)], StringComparison.Ordinal);

        // The body is longer than its length says: the rest is the next request, and no good one.
        var longer = await TlsAsync(await TcpAsync());
        await longer.WriteAsync("POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}DELETE-NOTHING\r\n\r\n"u8.ToArray(), Now);
        answers = await ReadAsync(longer);
        Assert.Equal(2, answers.Split("HTTP/1.1 400").Length - 1);

        // Shorter than it says: the client is gone before the end, and nothing happened.
        var shorter = await TcpAsync();
        var tls = await TlsAsync(shorter);
        await tls.WriteAsync("POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{}"u8.ToArray(), Now);
        shorter.Dispose();
        using var after = await _verifier.Anonymous().GetAsync("/healthz/ready", Now);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    // A whole round of evidence, and an asker who is answered by it.
    private async Task ServesAsync(VirtualAgent agent)
    {
        Assert.Contains("eyJ", await agent.AttestAsync(), StringComparison.Ordinal);
        using var hosts = await _verifier!.Operator().GetAsync("/v1/hosts", Now);
        Assert.Equal(HttpStatusCode.OK, hosts.StatusCode);
    }

    private async Task<TcpClient> TcpAsync()
    {
        var tcp = new TcpClient();
        _held.Add(tcp);
        await tcp.ConnectAsync(IPAddress.Loopback, _verifier!.Address.Port, Now);
        return tcp;
    }

    private async Task<SslStream> TlsAsync(TcpClient tcp)
    {
        var tls = new SslStream(tcp.GetStream());
        _held.Add(tls);
        await tls.AuthenticateAsClientAsync(_verifier!.TlsOptions("localhost"), Now);
        return tls;
    }

    private static async Task<string> AskAsync(SslStream tls)
    {
        await tls.WriteAsync("GET /healthz/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), Now);
        return await ReadAsync(tls);
    }

    private static async Task<string> ReadAsync(SslStream tls)
    {
        using var reader = new StreamReader(tls, leaveOpen: true);
        return await reader.ReadToEndAsync(Now);
    }
}
