using System.Net.Sockets;
using System.Text;

namespace Shype.Attest.ServiceTests.Operations;

/// <summary>The socket at which a service manager listens (sd_notify(3)), and what it heard.</summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[4096];

    public ServiceManager(string path, int? watchdogMilliseconds = null)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["NOTIFY_SOCKET"] = path };
        if (watchdogMilliseconds is { } milliseconds)
        {
            Environment["WATCHDOG_USEC"] = (milliseconds * 1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>What the manager gives to the service.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>The next message's lines.</summary>
    public async Task<string[]> HearAsync(CancellationToken cancellationToken)
    {
        var length = await _socket.ReceiveAsync(_buffer, cancellationToken);
        return Encoding.UTF8.GetString(_buffer, 0, length).Split('\n');
    }

    /// <summary>Messages until one has a line.</summary>
    public async Task<string[]> HearUntilAsync(string line, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await HearAsync(cancellationToken) is var message && message.Contains(line))
            {
                return message;
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
