using System.Buffers.Binary;
using System.Net.Sockets;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.ServiceTests.Agent;

/// <summary>Stands between the real agent and a real swtpm as another socket, counts commands, and lets one go wrong.</summary>
internal sealed class TpmProxy : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private readonly string _target;

    public TpmProxy(string path, string target)
    {
        _path = path;
        _target = target["swtpm:unix:".Length..];
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = Task.Run(ServeAsync);
    }

    public string Address => "swtpm:unix:" + _path;

    /// <summary>Decides about each command; by default it passes.</summary>
    public Func<CommandCode, ProxyAct> Plan { get; set; } = _ => ProxyAct.Pass;

    /// <summary>Called before a connection is dropped.</summary>
    public Action OnDrop { get; set; } = () => { };

    /// <summary>The response that <see cref="ProxyAct.Answer"/> gives.</summary>
    public byte[] Response { get; set; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptAsync();
                using var tpm = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await tpm.ConnectAsync(new UnixDomainSocketEndPoint(_target));
                while (await ReadAsync(client) is { } command && await ActAsync(client, tpm, command))
                {
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over, or the agent was killed.
        }
    }

    private async Task<bool> ActAsync(Socket client, Socket tpm, byte[] command)
    {
        switch (Plan((CommandCode)BinaryPrimitives.ReadUInt32BigEndian(command.AsSpan(6))))
        {
            case ProxyAct.DropBefore:
                OnDrop();
                return false;
            case ProxyAct.DropAfter:
                await tpm.SendAsync(command);
                await ReadAsync(tpm);
                OnDrop();
                return false;
            case ProxyAct.Answer:
                await client.SendAsync(Response);
                return true;
            default:
                await tpm.SendAsync(command);
                await client.SendAsync((await ReadAsync(tpm))!);
                return true;
        }
    }

    // Commands and responses alike say their size in bytes 2 to 5.
    private static async Task<byte[]?> ReadAsync(Socket socket)
    {
        var header = new byte[10];
        if (!await FillAsync(socket, header))
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(2))];
        header.CopyTo(message, 0);
        return await FillAsync(socket, message.AsMemory(header.Length)) ? message : null;
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var read = await socket.ReceiveAsync(buffer);
            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
        }

        return true;
    }
}

/// <summary>What happens to a command.</summary>
internal enum ProxyAct
{
    Pass,
    DropBefore,
    DropAfter,
    Answer,
}
