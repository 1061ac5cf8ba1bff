using Microsoft.Win32.SafeHandles;
using Shype.Attest.Measurement.LogFiles;

namespace Shype.Attest.Agent;

/// <summary>The agent's own folder (mode 0700): its key, its token, the policies that it measured. Every file is 0600 and is replaced whole or not at all.</summary>
public sealed class StateFolder : IDisposable
{
    private readonly PrivateDirectory _directory;

    private StateFolder(PrivateDirectory directory) => _directory = directory;

    /// <summary>Opens the folder, or makes it.</summary>
    /// <exception cref="MeasurementLogException">Others can write to it, or it cannot be used.</exception>
    public static StateFolder Open(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && !Directory.Exists(path))
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(ExitCode.CouldNot, $"{path}: cannot be made: {e.Message}", e);
        }

        return new StateFolder(PrivateDirectory.Open(path));
    }

    /// <summary>The content of a file; null when there is none.</summary>
    /// <exception cref="MeasurementLogException">It is not ours alone.</exception>
    public byte[]? Read(string name, int maxBytes)
    {
        using var file = _directory.OpenFile(name);
        if (file is null)
        {
            return null;
        }

        RefuseReadable(file, name);
        var bytes = LogReader.ReadAll(file, _directory.PathOf(name));
        return bytes.Length <= maxBytes
            ? bytes
            : throw new AgentException(ExitCode.CouldNot, $"{_directory.PathOf(name)}: has {bytes.Length} bytes, {maxBytes} are allowed");
    }

    /// <summary>Puts a file in place, on disk when this returns.</summary>
    /// <exception cref="MeasurementLogException">No room, or the disk failed.</exception>
    public void Write(string name, ReadOnlySpan<byte> bytes) => _directory.CreateFile(name, bytes).Dispose();

    /// <summary>
    /// Waits until this process is the only agent that works with log and TPM. Whoever holds both locks took this one first, so nobody waits for
    /// somebody who waits for him.
    /// </summary>
    /// <exception cref="AgentException">Another agent kept it for longer than the patience.</exception>
    public IDisposable Lock(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clock);
        for (var start = clock.GetTimestamp(); ;)
        {
            if (_directory.TryLockFile(LockFile) is { } held)
            {
                return held;
            }

            if (clock.GetElapsedTime(start) > patience)
            {
                throw new AgentException(
                    ExitCode.CouldNot, $"{_directory.PathOf(LockFile)}: another agent has been at work for {patience.TotalSeconds:0} s; wait for it and try again");
            }

            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A lock of its own name, held until it is disposed; null while another process holds it.</summary>
    public IDisposable? TryLock(string name) => _directory.TryLockFile(name);

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private void RefuseReadable(SafeFileHandle file, string name)
    {
        if (!LinuxFiles.TryStatus(file, out var status) || (status.Mode & 0b000_111_111) != 0)
        {
            throw new MeasurementLogException(
                MeasurementLogError.UnsafeFile, _directory.PathOf(name), "can be read by others; chmod 600, and enrol anew if they may have read it");
        }
    }

    private const string LockFile = "agent.lock";
}
