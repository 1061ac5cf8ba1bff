using System.Net;
using System.Net.Sockets;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// A stream socket to an emulator: sends all, receives exactly, and never waits beyond a deadline. After a failure it is closed, because nobody knows any longer
/// where in the stream the next response begins.
/// </summary>
internal sealed class SocketChannel : IDisposable
{
    private readonly Socket _socket;
    private readonly string _where;

    private SocketChannel(Socket socket, string where)
    {
        _socket = socket;
        _where = where;
    }

    /// <summary>Connects; tries again while the other side's queue is full.</summary>
    public static SocketChannel Connect(EndPoint endPoint, string where, Deadline deadline)
    {
        while (true)
        {
            var socket = endPoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using var limit = new CancellationTokenSource(deadline.LeftMilliseconds);
                socket.ConnectAsync(endPoint, limit.Token).AsTask().GetAwaiter().GetResult();
                if (endPoint is not UnixDomainSocketEndPoint)
                {
                    socket.NoDelay = true;
                }

                return new SocketChannel(socket, where);
            }
            catch (SocketException full) when (full.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain && !deadline.IsPast)
            {
                socket.Dispose();
                Thread.Sleep(QueuePause);
            }
            catch (Exception failed) when (failed is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                throw failed is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound } missing
                    ? new TpmTransportException($"nobody listens at {where} ({missing.Message}): start the TPM's emulator, or correct the address", missing)
                    : new TpmTransportException($"no connection to {where} within {deadline.Length.TotalSeconds:0.###} s ({failed.Message}): another client may hold the TPM", failed);
            }
        }
    }

    /// <summary>Nothing may lie in the stream before a command: it would be taken for the response.</summary>
    public void ExpectSilence(CommandCode command)
    {
        int waiting;
        try
        {
            waiting = _socket.Available;
        }
        catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
        {
            throw Broken("is closed after an earlier failure: open it again", failed);
        }

        if (waiting > 0)
        {
            throw Close(new TpmResponseException(command, new TpmFormatProblem("response", 0, $"{waiting} bytes came before the command was sent")));
        }
    }

    public void Send(ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                _socket.SendTimeout = Math.Max(1, deadline.LeftMilliseconds);
                bytes = bytes[_socket.Send(bytes)..];
            }
        }
        catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
        {
            throw Broken($"did not take the command ({failed.Message})", failed);
        }
    }

    /// <summary>Fills the buffer.</summary>
    /// <param name="bytes">Where to.</param>
    /// <param name="already">Bytes of the same response that came before, for the message.</param>
    /// <param name="deadline">Until when.</param>
    public void Receive(scoped Span<byte> bytes, int already, Deadline deadline)
    {
        var filled = 0;
        while (filled < bytes.Length)
        {
            int received;
            try
            {
                received = _socket.Poll(deadline.Left, SelectMode.SelectRead) ? _socket.Receive(bytes[filled..]) : TimedOut;
            }
            catch (Exception failed) when (failed is SocketException or ObjectDisposedException)
            {
                throw Broken($"failed after {already + filled} of at least {already + bytes.Length} bytes of the response ({failed.Message})", failed);
            }

            filled += received switch
            {
                TimedOut => throw Broken($"gave no whole response within {deadline.Length.TotalSeconds:0.###} s ({already + filled} bytes came): the TPM hangs, or another client holds it", null),
                0 => throw Broken($"was closed by the other side after {already + filled} of at least {already + bytes.Length} bytes of the response", null),
                _ => received,
            };
        }
    }

    /// <summary>Closes the connection because of what is then thrown.</summary>
    public T Close<T>(T failure)
        where T : TpmFailedException
    {
        Dispose();
        return failure;
    }

    public void Dispose() => _socket.Dispose();

    private TpmTransportException Broken(string what, Exception? cause) => Close(new TpmTransportException($"the connection to {_where} {what}", cause));

    private const int TimedOut = -1;
    private static readonly TimeSpan QueuePause = TimeSpan.FromMilliseconds(20);
}
