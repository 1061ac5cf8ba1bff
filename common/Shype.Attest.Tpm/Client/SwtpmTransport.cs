using System.Buffers.Binary;
using System.Net;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>swtpm's data channel over TCP or a UNIX socket: commands and responses follow each other bare, each with its size in its header.</summary>
public sealed class SwtpmTransport : ITpmTransport
{
    private readonly SocketChannel _channel;
    private readonly TpmConnectionOptions _options;

    private SwtpmTransport(SocketChannel channel, TpmConnectionOptions options)
    {
        _channel = channel;
        _options = options;
    }

    /// <summary>Connects and waits for our turn: swtpm accepts connections at once, and serves the next when the one before has ended.</summary>
    /// <exception cref="TpmTransportException">Nobody listens, or another client did not end within the options' patience.</exception>
    public static SwtpmTransport Connect(EndPoint endPoint, TpmConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= new TpmConnectionOptions();
        var where = $"swtpm at {endPoint}";
        var patience = new Deadline(options.Clock, options.Patience);
        var channel = SocketChannel.Connect(endPoint, where, patience);
        AwaitTurn(channel, where, patience);
        return new SwtpmTransport(channel, options);
    }

    /// <inheritdoc/>
    public int Exchange(ReadOnlySpan<byte> command, Span<byte> response)
    {
        var code = TpmHeader.CommandOf(command);
        _channel.ExpectSilence(code);
        return Exchange(_channel, code, command, response, new Deadline(_options.Clock, _options.CommandTimeout));
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    // Only an answer tells that it is our turn; this question changes nothing and even a TPM in failure mode answers it (Part 3, 30.2).
    private static void AwaitTurn(SocketChannel channel, string where, Deadline patience)
    {
        try
        {
            Span<byte> answer = stackalloc byte[WireLimits.MaxMessageBytes];
            Exchange(channel, CommandCode.GetCapability, AnyoneThere, answer, patience);
        }
        catch (TpmTransportException silent)
        {
            channel.Dispose();
            throw new TpmTransportException($"{where} did not answer within {patience.Length.TotalSeconds:0.###} s: another client holds it, for it serves one at a time; end that one", silent);
        }
    }

    private static int Exchange(SocketChannel channel, CommandCode code, ReadOnlySpan<byte> command, Span<byte> response, Deadline deadline)
    {
        channel.Send(command, deadline);
        channel.Receive(response[..TpmHeader.Size], 0, deadline);
        var size = BinaryPrimitives.ReadUInt32BigEndian(response[TpmHeader.SizeOffset..]);
        if (TpmHeader.ProblemWithSize(size, response.Length) is { } problem)
        {
            throw channel.Close(new TpmResponseException(code, problem));
        }

        channel.Receive(response[TpmHeader.Size..(int)size], TpmHeader.Size, deadline);
        return (int)size;
    }

    // TPM2_GetCapability(TPM_CAP_TPM_PROPERTIES, TPM_PT_FAMILY_INDICATOR, 1).
    private static ReadOnlySpan<byte> AnyoneThere => [0x80, 0x01, 0, 0, 0, 22, 0, 0, 0x01, 0x7a, 0, 0, 0, 6, 0, 0, 0x01, 0, 0, 0, 0, 1];
}
