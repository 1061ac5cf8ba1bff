using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>
/// The Linux calls that .NET does not offer and a log that others must not redirect needs: opening relative to an open directory without following
/// links, looking at what was opened (not at what the path names now), and syncing a directory.
/// </summary>
internal static class LinuxFiles
{
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int NoEntry = 2;
    public const int Exists = 17;
    public const int WouldBlock = 11;

    // These two bits are swapped between the architectures' ABIs.
    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    public static int NoFollow => IsArm ? 0x8000 : 0x20000;

    public static int Directory => IsArm ? 0x4000 : 0x10000;

    public static SafeFileHandle OpenDirectory(string path) => Opened(openat(AtCurrentDirectory, Bytes(path), Directory | NoFollow | CloseOnExec, 0));

    /// <summary>Opens a name in a directory; an invalid handle and <see cref="Marshal.GetLastPInvokeError"/> when that fails.</summary>
    public static SafeFileHandle Open(SafeFileHandle directory, string name, int flags, int mode = 0) =>
        Opened(openat(Number(directory), Bytes(name), flags | NoFollow | CloseOnExec, mode));

    /// <summary>Opens a path, whose last part must not be a link; an invalid handle and <see cref="Marshal.GetLastPInvokeError"/> when that fails.</summary>
    public static SafeFileHandle Open(string path, int flags) => Opened(openat(AtCurrentDirectory, Bytes(path), flags | NoFollow | CloseOnExec, 0));

    public static bool TryLock(SafeFileHandle handle) => flock(Number(handle), LockExclusive | LockNonBlocking) == 0;

    public static bool Rename(SafeFileHandle directory, string from, string to) =>
        renameat(Number(directory), Bytes(from), Number(directory), Bytes(to)) == 0;

    public static bool Unlink(SafeFileHandle directory, string name) => unlinkat(Number(directory), Bytes(name), 0) == 0;

    public static bool Sync(SafeFileHandle handle) => fsync(Number(handle)) == 0;

    public static uint EffectiveUser() => geteuid();

    public static bool TryStatus(SafeFileHandle handle, out FileStatus status)
    {
        // struct statx has one layout on every architecture: stx_attributes at 8, stx_nlink at 16, stx_uid at 20, stx_mode at 28, stx_ino at 32,
        // stx_size at 40, stx_ctime at 96 and stx_mtime at 112 (seconds, then nanoseconds), stx_rdev at 128, stx_dev at 136 (major, then minor).
        var buffer = new byte[256];
        if (statx(Number(handle), [0], AtEmptyPath, BasicStatistics, buffer) != 0)
        {
            status = default;
            return false;
        }

        var mode = BitConverter.ToUInt16(buffer, 28);
        status = new FileStatus(BitConverter.ToUInt32(buffer, 20), mode & 0xfff, (mode & TypeMask) == RegularFile, BitConverter.ToUInt32(buffer, 16))
        {
            Attributes = BitConverter.ToUInt64(buffer, 8),
            Size = BitConverter.ToInt64(buffer, 40),
            Changed = (BitConverter.ToInt64(buffer, 96), BitConverter.ToUInt32(buffer, 104)),
            Written = (BitConverter.ToInt64(buffer, 112), BitConverter.ToUInt32(buffer, 120)),
            IsBlockDevice = (mode & TypeMask) == BlockDevice,
            Inode = BitConverter.ToUInt64(buffer, 32),
            Device = (BitConverter.ToUInt32(buffer, 136), BitConverter.ToUInt32(buffer, 140)),
            Number = (BitConverter.ToUInt32(buffer, 128), BitConverter.ToUInt32(buffer, 132)),
        };
        return true;
    }

    public static string Message(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static SafeFileHandle Opened(int descriptor) => new(descriptor, ownsHandle: descriptor >= 0);

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static byte[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private const int AtCurrentDirectory = -100;
    private const int AtEmptyPath = 0x1000;
    private const uint BasicStatistics = 0x7ff;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int TypeMask = 0xf000;
    private const int RegularFile = 0x8000;
    private const int BlockDevice = 0x6000;

    [DllImport("libc", SetLastError = true)]
    private static extern int openat(int directory, byte[] path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int flock(int descriptor, int operation);

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat(int oldDirectory, byte[] oldPath, int newDirectory, byte[] newPath);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlinkat(int directory, byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int directory, byte[] path, int flags, uint mask, byte[] buffer);

    [DllImport("libc")]
    private static extern uint geteuid();
}

/// <summary>What an open file is.</summary>
internal readonly record struct FileStatus(uint Owner, int Mode, bool IsRegularFile, uint Links)
{
    public bool IsWritableByOthers => (Mode & 0b000_010_010) != 0;

    /// <summary>STATX_ATTR_*.</summary>
    public ulong Attributes { get; init; }

    public long Size { get; init; }

    /// <summary>The inode's change time, which no call can set back: seconds and nanoseconds.</summary>
    public (long Seconds, uint Nanoseconds) Changed { get; init; }

    /// <summary>When the content was last written, as far as nobody set it back.</summary>
    public (long Seconds, uint Nanoseconds) Written { get; init; }

    public bool IsBlockDevice { get; init; }

    public ulong Inode { get; init; }

    /// <summary>The file system that the file is on: major, minor.</summary>
    public (uint Major, uint Minor) Device { get; init; }

    /// <summary>Which device it is, where it is one: major, minor.</summary>
    public (uint Major, uint Minor) Number { get; init; }
}
