using System.Buffers.Binary;
using System.Net.Sockets;

namespace Shype.Attest.TpmSim.Emulation;

/// <summary>swtpm's control commands (swtpm_ioctls(3)): big-endian, one connection per command, because swtpm serves one control client at a time.</summary>
internal sealed class ControlChannel(Endpoints endpoints, TimeSpan patience)
{
    /// <summary>CMD_INIT: what _TPM_Init is to a chip, power off and on again.</summary>
    public void Init() => Send("INIT", 2, 0);

    /// <summary>CMD_GET_CAPABILITY: any answer says that swtpm is up.</summary>
    public bool IsUp()
    {
        try
        {
            Send("GET_CAPABILITY", 1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>CMD_SHUTDOWN: ends the emulator after its state is stored.</summary>
    public void Shutdown() => Send("SHUTDOWN", 3);

    private void Send(string name, uint command, params ReadOnlySpan<uint> arguments)
    {
        Span<byte> request = stackalloc byte[4 * (1 + arguments.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(request, command);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(request[(4 * (i + 1))..], arguments[i]);
        }

        using var socket = Endpoints.Connect(endpoints.Control);
        socket.SendTimeout = socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
        socket.Send(request);
        Span<byte> answer = stackalloc byte[64];
        var received = socket.Receive(answer);
        if (received < 4)
        {
            throw new EmulatorException($"swtpm cut its answer to control command {name}: {received} bytes");
        }

        // The result leads every answer; what follows it is of no use here.
        if (BinaryPrimitives.ReadUInt32BigEndian(answer) is var result and not 0)
        {
            throw new EmulatorException($"swtpm refused control command {name}: error {result:x8}");
        }
    }
}
