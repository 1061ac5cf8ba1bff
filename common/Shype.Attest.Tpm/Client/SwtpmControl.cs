using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// swtpm's control channel (swtpm_ioctls(3)), beside the data channel of <see cref="SwtpmTransport"/>: what a mainboard does to a chip. Big-endian, one
/// connection per command, because swtpm serves one control client at a time.
/// </summary>
public sealed class SwtpmControl(EndPoint endPoint, TimeSpan patience)
{
    /// <summary>CMD_INIT: what _TPM_Init is to a chip, power off and on again.</summary>
    public void Init() => Send("INIT", 2, 0);

    /// <summary>CMD_SHUTDOWN: ends the emulator after its state is stored.</summary>
    public void Shutdown() => Send("SHUTDOWN", 3);

    /// <summary>CMD_GET_CAPABILITY: any answer says that swtpm is up.</summary>
    public bool IsUp()
    {
        try
        {
            Send("GET_CAPABILITY", 1);
            return true;
        }
        catch (TpmTransportException silent) when (silent.InnerException is SocketException)
        {
            return false;
        }
    }

    private void Send(string name, uint command, params ReadOnlySpan<uint> arguments)
    {
        Span<byte> request = stackalloc byte[sizeof(uint) * (1 + arguments.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(request, command);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(request[(sizeof(uint) * (i + 1))..], arguments[i]);
        }

        Span<byte> answer = stackalloc byte[64];
        var received = Exchange(name, request, answer);
        if (received < sizeof(uint))
        {
            throw new TpmTransportException($"swtpm cut its answer to control command {name}: {received} bytes");
        }

        // The result leads every answer; what follows it is of no use here.
        if (BinaryPrimitives.ReadUInt32BigEndian(answer) is var result and not 0)
        {
            throw new TpmTransportException($"swtpm refused control command {name}: error {result:x8}");
        }
    }

    private int Exchange(string name, ReadOnlySpan<byte> request, Span<byte> answer)
    {
        try
        {
            using var socket = endPoint is IPEndPoint ip
                ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.SendTimeout = socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
            socket.Connect(endPoint);
            socket.Send(request);
            return socket.Receive(answer);
        }
        catch (SocketException silent)
        {
            throw new TpmTransportException(
                $"swtpm's control channel at {endPoint} did not take {name} within {patience.TotalSeconds:0.###} s ({silent.Message}): is swtpm running, and not held by another control client?",
                silent);
        }
    }
}
