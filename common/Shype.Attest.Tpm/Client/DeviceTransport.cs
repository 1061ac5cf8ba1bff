using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Client;

/// <summary>
/// A character device of Linux: one write is one command, one read its response. /dev/tpmrm0 is the one to use: the kernel's resource manager keeps programs
/// apart there. Opened so that neither call blocks, because a blocking one could not be given a limit.
/// </summary>
public sealed class DeviceTransport : ITpmTransport
{
    private readonly string _path;
    private readonly SafeFileHandle _device;
    private readonly TpmConnectionOptions _options;

    private DeviceTransport(string path, SafeFileHandle device, TpmConnectionOptions options)
    {
        _path = path;
        _device = device;
        _options = options;
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="TpmTransportException">It is not there, not allowed, or taken.</exception>
    public static DeviceTransport Open(string path, TpmConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var descriptor = open([.. Encoding.UTF8.GetBytes(path), 0], ReadWrite | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            throw new TpmTransportException(Marshal.GetLastPInvokeError() switch
            {
                NoEntry => $"there is no {path}: does this machine have a TPM 2.0, switched on in its firmware set-up?",
                NotPermitted or AccessDenied => $"{path} may not be opened: run as root, or as a member of the group that owns it (tss on Debian)",
                Busy => $"{path} is held by another program: use /dev/tpmrm0, which any number of programs share",
                var other => $"{path} cannot be opened: {Marshal.GetPInvokeErrorMessage(other)}",
            });
        }

        return new DeviceTransport(path, new SafeFileHandle(descriptor, ownsHandle: true), options ?? new TpmConnectionOptions());
    }

    /// <inheritdoc/>
    public int Exchange(ReadOnlySpan<byte> command, Span<byte> response)
    {
        if (_device.IsClosed)
        {
            throw Fail("is closed after an earlier failure: open it again");
        }

        var deadline = new Deadline(_options.Clock, _options.CommandTimeout);
        var descriptor = (int)_device.DangerousGetHandle();
        if (write(descriptor, in MemoryMarshal.GetReference(command), command.Length) is var written && written != command.Length)
        {
            throw Fail(written < 0 ? $"did not take the command: {LastError()}" : $"took {written} of {command.Length} bytes of the command");
        }

        AwaitResponse(descriptor, deadline);
        var size = (int)read(descriptor, ref MemoryMarshal.GetReference(response), response.Length);
        return size switch
        {
            < 0 => throw Fail($"gave no response: {LastError()}"),
            < TpmHeader.Size => throw new TpmResponseException(TpmHeader.CommandOf(command), new TpmFormatProblem("response", 0, $"has {size} bytes; a header has {TpmHeader.Size}")),
            _ => size,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _device.Dispose();

    private void AwaitResponse(int descriptor, Deadline deadline)
    {
        while (true)
        {
            var waiting = new PollDescriptor { Descriptor = descriptor, Events = PollIn };
            var ready = poll(ref waiting, 1, deadline.LeftMilliseconds);
            if (ready > 0)
            {
                return;
            }

            if (ready < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Fail($"cannot be waited for: {LastError()}");
            }

            if (deadline.IsPast)
            {
                throw Fail($"gave no response within {deadline.Length.TotalSeconds:0.###} s: the TPM hangs; power the machine off and on");
            }
        }
    }

    // A response that comes later would be taken for that of the next command.
    private TpmTransportException Fail(string what)
    {
        _device.Dispose();
        return new TpmTransportException($"{_path} {what}");
    }

    private static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const short PollIn = 1;
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int AccessDenied = 13;
    private const int Busy = 16;

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Answered;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int poll(ref PollDescriptor descriptors, ulong count, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, ref readonly byte bytes, nint count);

    [DllImport("libc", SetLastError = true)]
    private static extern nint read(int descriptor, ref byte bytes, nint count);
}
