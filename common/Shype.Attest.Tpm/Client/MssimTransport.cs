using System.Buffers.Binary;
using System.Net;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// The protocol of Microsoft's TPM simulator (TpmTcpProtocol.h of the TCG reference code): commands on one port, power and NV on the next. Each request begins
/// with its number and ends with a UINT32 zero from the simulator.
/// </summary>
public sealed class MssimTransport : ITpmTransport
{
    private readonly SocketChannel _channel;
    private readonly TpmConnectionOptions _options;

    private MssimTransport(SocketChannel channel, TpmConnectionOptions options)
    {
        _channel = channel;
        _options = options;
    }

    /// <summary>Connects to both ports and switches power and NV on, which changes nothing when they are.</summary>
    /// <exception cref="TpmTransportException">Nobody listens, or does not answer within the options' patience.</exception>
    public static MssimTransport Connect(DnsEndPoint endPoint, TpmConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= new TpmConnectionOptions();
        var patience = new Deadline(options.Clock, options.Patience);
        using (var platform = SocketChannel.Connect(new DnsEndPoint(endPoint.Host, endPoint.Port + 1), $"the simulator's platform port {endPoint.Host}:{endPoint.Port + 1}", patience))
        {
            Signal(platform, PowerOn, patience);
            Signal(platform, NvOn, patience);
            SendNumber(platform, SessionEnd, patience);
        }

        return new MssimTransport(SocketChannel.Connect(endPoint, $"the simulator at {endPoint.Host}:{endPoint.Port}", patience), options);
    }

    /// <inheritdoc/>
    public int Exchange(ReadOnlySpan<byte> command, Span<byte> response)
    {
        var code = TpmHeader.CommandOf(command);
        var deadline = new Deadline(_options.Clock, _options.CommandTimeout);
        _channel.ExpectSilence(code);
        Span<byte> request = new byte[RequestHeader + command.Length];
        BinaryPrimitives.WriteUInt32BigEndian(request, SendCommand);
        request[sizeof(uint)] = LocalityZero;
        BinaryPrimitives.WriteInt32BigEndian(request[(sizeof(uint) + 1)..], command.Length);
        command.CopyTo(request[RequestHeader..]);
        _channel.Send(request, deadline);

        var size = ReceiveNumber(_channel, deadline);
        if (TpmHeader.ProblemWithSize(size, response.Length) is { } problem)
        {
            throw _channel.Close(new TpmResponseException(code, problem with { Member = "size in front of the response", Offset = 0 }));
        }

        _channel.Receive(response[..(int)size], 0, deadline);
        ExpectZero(_channel, code, deadline);
        return (int)size;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            SendNumber(_channel, SessionEnd, new Deadline(_options.Clock, _options.Patience));
        }
        catch (TpmTransportException)
        {
            // The simulator is gone, and with it the session.
        }

        _channel.Dispose();
    }

    private static void Signal(SocketChannel channel, uint number, Deadline deadline)
    {
        SendNumber(channel, number, deadline);
        ExpectZero(channel, CommandCode.None, deadline);
    }

    private static void ExpectZero(SocketChannel channel, CommandCode code, Deadline deadline)
    {
        if (ReceiveNumber(channel, deadline) is var end and not 0)
        {
            throw channel.Close(new TpmResponseException(code, new TpmFormatProblem("the simulator's closing word", 0, $"is {end:x8}; zero is needed")));
        }
    }

    private static void SendNumber(SocketChannel channel, uint number, Deadline deadline)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        channel.Send(bytes, deadline);
    }

    private static uint ReceiveNumber(SocketChannel channel, Deadline deadline)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        channel.Receive(bytes, 0, deadline);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    // TPM_SIGNAL_POWER_ON, TPM_SEND_COMMAND, TPM_SIGNAL_NV_ON, TPM_SESSION_END.
    private const uint PowerOn = 1;
    private const uint SendCommand = 8;
    private const uint NvOn = 11;
    private const uint SessionEnd = 20;
    private const byte LocalityZero = 0;
    private const int RequestHeader = sizeof(uint) + 1 + sizeof(uint);
}
