using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Shype.Attest.Load;

/// <summary>
/// Peers that take a connection and give nothing for it: a third says nothing at all, a third nothing after the TLS handshake, and a third is an agent that sends
/// evidence of a megabyte, a byte a second. Each comes back when the verifier hangs up.
/// </summary>
internal sealed class SlowPeers : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _peers = [];
    private readonly Uri _verifier;
    private readonly string _certificate;
    private int _open;

    private SlowPeers(Uri verifier, string certificate) => (_verifier, _certificate) = (verifier, certificate);

    /// <summary>How many of them come with the token of the same host: more evidence than this of one host is not read at once.</summary>
    public const int EachHost = 12;

    private int Open => Volatile.Read(ref _open);

    /// <summary>
    /// What the process of the peers does (<see cref="PeerProcess"/>): reads a line with id and token for each <see cref="EachHost"/> of them from standard input, connects all, says
    /// how many are, stays until the input ends, and says it again.
    /// </summary>
    public static async Task RunAsync(Uri verifier, string certificate, int count, TextReader input, TextWriter output)
    {
        var hosts = new List<(string Id, string Token)>();
        while (hosts.Count <= count / EachHost && await input.ReadLineAsync() is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            hosts.Add((line[..space], line[(space + 1)..]));
        }

        await using var peers = await OpenAsync(verifier, certificate, hosts, count);
        await output.WriteLineAsync(peers.Open.ToString(CultureInfo.InvariantCulture));
        await input.ReadToEndAsync();
        await output.WriteLineAsync(peers.Open.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<SlowPeers> OpenAsync(Uri verifier, string certificate, List<(string Id, string Token)> hosts, int count)
    {
        var peers = new SlowPeers(verifier, certificate);
        for (var i = 0; i < count; i++)
        {
            peers._peers.Add(peers.StayAsync(i % 3, hosts[i / EachHost]));
            while (i + 1 - peers.Open > MaxConnecting)
            {
                await Task.Delay(5);
            }
        }

        return peers;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_peers);
        _stop.Dispose();
    }

    private async Task StayAsync(int kind, (string Id, string Token) host)
    {
        var isOpen = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(_verifier.Host, _verifier.Port, _stop.Token);
                Count(1);
                await SitAsync(kind, host, socket.GetStream());
            }
            catch (Exception ended) when (ended is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // It was hung up on, as it should be.
            }
            finally
            {
                Count(-1);
            }
        }

        void Count(int change)
        {
            if (isOpen != change > 0)
            {
                isOpen = !isOpen;
                Interlocked.Add(ref _open, change);
            }
        }
    }

    private async Task SitAsync(int kind, (string Id, string Token) host, NetworkStream network)
    {
        if (kind == 0)
        {
            await UntilClosedAsync(network);
            return;
        }

        await using var tls = new SslStream(network);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = _verifier.Host, CertificateChainPolicy = VerifierUnderLoad.Trust(_certificate) }, _stop.Token);
        if (kind == 1)
        {
            await UntilClosedAsync(tls);
            return;
        }

        await tls.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/hosts/{host.Id}/evidence HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {host.Token}\r\nContent-Type: {Protocol.MediaTypes.CmwCbor}\r\nContent-Length: 1000000\r\n\r\n"), _stop.Token);
        var closed = UntilClosedAsync(tls);
        while (!closed.IsCompleted)
        {
            await tls.WriteAsync("."u8.ToArray(), _stop.Token);
            await Task.WhenAny(closed, Task.Delay(TimeSpan.FromSeconds(1), _stop.Token));
        }

        await closed;
    }

    private async Task UntilClosedAsync(Stream stream)
    {
        var buffer = new byte[512];
        while (await stream.ReadAsync(buffer, _stop.Token) > 0)
        {
            // Whatever it says: a peer that is silent does not answer.
        }
    }

    private const int MaxConnecting = 100;
}
