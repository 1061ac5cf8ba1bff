using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>
/// A directory that nobody else can write, held open, so that everything happens in the directory that was checked even when somebody replaces its path.
/// </summary>
internal sealed class PrivateDirectory : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;

    private PrivateDirectory(SafeFileHandle handle, string path) => (_handle, _path) = (handle, path);

    public static PrivateDirectory Open(string path)
    {
        var handle = LinuxFiles.OpenDirectory(path);
        var directory = new PrivateDirectory(handle, path);
        try
        {
            directory.Check();
            return directory;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>One process at a time, until this object is disposed.</summary>
    public void Lock()
    {
        if (!LinuxFiles.TryLock(_handle))
        {
            var error = Marshal.GetLastPInvokeError();
            throw error == LinuxFiles.WouldBlock
                ? new MeasurementLogException(MeasurementLogError.InUse, _path, "another process has the log open")
                : Failed("", LinuxFiles.Message(error));
        }
    }

    /// <summary>A lock in a file of its own, held until the handle is closed; null while another process holds it.</summary>
    public SafeFileHandle? TryLockFile(string name)
    {
        var file = LinuxFiles.Open(_handle, name, LinuxFiles.ReadWrite | LinuxFiles.Create | LinuxFiles.NonBlocking, OwnerOnly);
        if (!file.IsInvalid && LinuxFiles.TryLock(file))
        {
            return file;
        }

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error == LinuxFiles.WouldBlock ? null : throw Failed(name, LinuxFiles.Message(error));
    }

    /// <summary>The file when it is there and ours alone; null when there is none.</summary>
    public SafeFileHandle? OpenFile(string name)
    {
        // Non-blocking, so that a FIFO put in the log's place does not hang the agent.
        var file = LinuxFiles.Open(_handle, name, LinuxFiles.ReadWrite | LinuxFiles.NonBlocking);
        if (file.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == LinuxFiles.NoEntry ? null : throw Unsafe(name, $"cannot be opened as a plain file: {LinuxFiles.Message(error)}");
        }

        var problem = !LinuxFiles.TryStatus(file, out var status) ? "cannot be examined"
            : !status.IsRegularFile ? "is not a regular file"
            : status.Owner != LinuxFiles.EffectiveUser() ? $"belongs to user {status.Owner}"
            : status.IsWritableByOthers ? $"can be written by others (mode {Convert.ToString(status.Mode, 8)}); chmod 600"
            : status.Links != 1 ? "has a second name (hard link)"
            : null;
        if (problem is null)
        {
            return file;
        }

        file.Dispose();
        throw Unsafe(name, problem);
    }

    /// <summary>Puts a new file with these bytes in place, whole or not at all, and opens it.</summary>
    public SafeFileHandle CreateFile(string name, ReadOnlySpan<byte> bytes)
    {
        var temporary = name + ".new";
        LinuxFiles.Unlink(_handle, temporary);
        var file = CreateExclusive(temporary, bytes);
        if (!LinuxFiles.Rename(_handle, temporary, name))
        {
            var error = Marshal.GetLastPInvokeError();
            file.Dispose();
            throw Failed(name, LinuxFiles.Message(error));
        }

        Sync();
        return file;
    }

    /// <summary>Keeps bytes in the first free file <paramref name="name"/>-N.</summary>
    public string Keep(string name, ReadOnlySpan<byte> bytes)
    {
        var kept = FirstFree(name);
        CreateExclusive(kept, bytes).Dispose();
        Sync();
        return PathOf(kept);
    }

    /// <summary>Moves a file out of the way, to the first free name-N.</summary>
    public string SetAside(string name, string aside)
    {
        var free = FirstFree(aside);
        if (!LinuxFiles.Rename(_handle, name, free))
        {
            throw Failed(name, LinuxFiles.Message(Marshal.GetLastPInvokeError()));
        }

        Sync();
        return PathOf(free);
    }

    public void Dispose() => _handle.Dispose();

    private SafeFileHandle CreateExclusive(string name, ReadOnlySpan<byte> bytes)
    {
        var file = LinuxFiles.Open(_handle, name, LinuxFiles.ReadWrite | LinuxFiles.Create | LinuxFiles.Exclusive, OwnerOnly);
        if (file.IsInvalid)
        {
            throw Failed(name, LinuxFiles.Message(Marshal.GetLastPInvokeError()));
        }

        try
        {
            LogWrites.WriteAndSync(file, bytes, 0, PathOf(name));
            return file;
        }
        catch
        {
            file.Dispose();
            LinuxFiles.Unlink(_handle, name);
            throw;
        }
    }

    // The lock makes look-then-create safe among agents, and CreateExclusive among everybody else.
    private string FirstFree(string name)
    {
        for (var i = 1; i <= MaxKept; i++)
        {
            var candidate = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
            using var file = LinuxFiles.Open(_handle, candidate, LinuxFiles.NonBlocking);
            if (file.IsInvalid && Marshal.GetLastPInvokeError() == LinuxFiles.NoEntry)
            {
                return candidate;
            }
        }

        throw Failed(name, $"{MaxKept} files were kept already; look at them and remove them");
    }

    private void Check()
    {
        if (_handle.IsInvalid)
        {
            throw Unsafe("", $"cannot be opened as a directory: {LinuxFiles.Message(Marshal.GetLastPInvokeError())}");
        }

        if (!LinuxFiles.TryStatus(_handle, out var status))
        {
            throw Unsafe("", "cannot be examined");
        }

        if (status.Owner != LinuxFiles.EffectiveUser() && status.Owner != 0)
        {
            throw Unsafe("", $"belongs to user {status.Owner}");
        }

        if (status.IsWritableByOthers)
        {
            throw Unsafe("", $"can be written by others (mode {Convert.ToString(status.Mode, 8)}); chmod 700");
        }
    }

    private void Sync()
    {
        if (!LinuxFiles.Sync(_handle))
        {
            throw Failed("", $"cannot be synced: {LinuxFiles.Message(Marshal.GetLastPInvokeError())}");
        }
    }

    private MeasurementLogException Unsafe(string name, string problem) => new(
        name.Length == 0 ? MeasurementLogError.UnsafeDirectory : MeasurementLogError.UnsafeFile, PathOf(name), problem);

    private MeasurementLogException Failed(string name, string problem) => new(MeasurementLogError.Failed, PathOf(name), problem);

    private const int OwnerOnly = 0b110_000_000;
    private const int MaxKept = 1000;
}
