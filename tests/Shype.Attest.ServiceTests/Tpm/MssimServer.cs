using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Shype.Attest.Tpm.Client;

namespace Shype.Attest.ServiceTests.Tpm;

/// <summary>
/// The protocol of Microsoft's simulator in front of a real TPM, one client at a time, and what that client said. Debian has no such simulator; tpm2-tools, which
/// speak to it as well, keep this server honest.
/// </summary>
internal sealed class MssimServer : IDisposable
{
    private readonly TcpListener _commands;
    private readonly TcpListener _platform;
    private readonly ITpmTransport _tpm;
    private readonly Task[] _serving;
    private readonly List<byte[]> _recorded = [];

    public MssimServer(string tpmAddress)
    {
        (_commands, _platform) = Listen();
        _tpm = TpmConnection.Open(tpmAddress);
        _serving = [Serve(_commands, AnswerCommand), Serve(_platform, AnswerSignal)];
    }

    public int Port => ((IPEndPoint)_commands.LocalEndpoint).Port;

    public string Address => $"mssim:127.0.0.1:{Port}";

    public string Tcti => $"mssim:host=127.0.0.1,port={Port}";

    /// <summary>Signals of the platform port, in order.</summary>
    public List<uint> Signals { get; } = [];

    /// <summary>What is sent behind each response.</summary>
    public uint ClosingWord { get; set; }

    /// <summary>The commands since the last call.</summary>
    public byte[][] TakeRecorded()
    {
        lock (_recorded)
        {
            var taken = _recorded.ToArray();
            _recorded.Clear();
            return taken;
        }
    }

    public void Dispose()
    {
        _commands.Stop();
        _platform.Stop();
        Task.WaitAll(_serving);
        _tpm.Dispose();
    }

    private static (TcpListener, TcpListener) Listen()
    {
        while (true)
        {
            var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var second = new TcpListener(IPAddress.Loopback, ((IPEndPoint)first.LocalEndpoint).Port + 1);
            try
            {
                second.Start();
                return (first, second);
            }
            catch (SocketException)
            {
                first.Stop();
            }
        }
    }

    private static async Task Serve(TcpListener listener, Func<NetworkStream, Task<bool>> answer)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync();
            }
            catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
            {
                return;
            }

            using (client)
            {
                try
                {
                    while (await answer(client.GetStream()))
                    {
                    }
                }
                catch (IOException)
                {
                    // The client hung up without a word, as tests of errors do.
                }
            }
        }
    }

    private async Task<bool> AnswerCommand(NetworkStream stream)
    {
        switch (await ReadNumber(stream))
        {
            case SendCommand:
                var locality = new byte[1];
                await stream.ReadExactlyAsync(locality);
                var command = new byte[await ReadNumber(stream)];
                await stream.ReadExactlyAsync(command);
                lock (_recorded)
                {
                    _recorded.Add(command);
                }

                var response = new byte[4096];
                var size = _tpm.Exchange(command, response);
                await WriteNumber(stream, (uint)size);
                await stream.WriteAsync(response.AsMemory(0, size));
                await WriteNumber(stream, ClosingWord);
                return true;
            default:
                return false;
        }
    }

    private async Task<bool> AnswerSignal(NetworkStream stream)
    {
        var signal = await ReadNumber(stream);
        Signals.Add(signal);
        if (signal == SessionEnd)
        {
            return false;
        }

        await WriteNumber(stream, 0);
        return true;
    }

    private static async Task<uint> ReadNumber(NetworkStream stream)
    {
        var bytes = new byte[sizeof(uint)];
        await stream.ReadExactlyAsync(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static async Task WriteNumber(NetworkStream stream, uint number)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        await stream.WriteAsync(bytes);
    }

    private const uint SendCommand = 8;
    private const uint SessionEnd = 20;
}
