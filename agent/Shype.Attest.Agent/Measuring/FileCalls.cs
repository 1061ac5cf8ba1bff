using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shype.Attest.Agent.Measuring;

/// <summary>Linux calls about images that .NET does not offer.</summary>
internal static class FileCalls
{
    /// <summary>Where data begins at or after an offset: the end of the file where only a hole is left, the offset itself where holes are not known.</summary>
    public static long NextData(SafeFileHandle file, long offset, long end)
    {
        var data = lseek((int)file.DangerousGetHandle(), offset, SeekData);
        if (data >= 0)
        {
            return Math.Min(data, end);
        }

        return Marshal.GetLastPInvokeError() == NoSuchAddress ? end : offset;
    }

    public static bool IsOnReadOnlyFileSystem(SafeFileHandle file)
    {
        // struct statvfs of 64-bit Linux: f_flag is the tenth word.
        Span<ulong> status = stackalloc ulong[32];
        return Environment.Is64BitProcess
            && fstatvfs((int)file.DangerousGetHandle(), ref MemoryMarshal.GetReference(status)) == 0
            && (status[9] & ReadOnly) != 0;
    }

    /// <summary>Where a device ends.</summary>
    public static long End(SafeFileHandle file) => Math.Max(0, lseek((int)file.DangerousGetHandle(), 0, SeekEnd));

    /// <summary>The digest that the kernel keeps a file by (FS_IOC_MEASURE_VERITY, SHA-256); null where it does not.</summary>
    public static byte[]? VerityDigest(SafeFileHandle file)
    {
        // struct fsverity_digest: algorithm, size, then the digest.
        Span<byte> digest = stackalloc byte[4 + 64];
        BinaryPrimitives.WriteUInt16LittleEndian(digest[2..], 64);
        return ioctl((int)file.DangerousGetHandle(), MeasureVerity, ref MemoryMarshal.GetReference(digest)) == 0
            && BinaryPrimitives.ReadUInt16LittleEndian(digest) == VeritySha256
            && BinaryPrimitives.ReadUInt16LittleEndian(digest[2..]) == 32
            ? digest.Slice(4, 32).ToArray()
            : null;
    }

    /// <summary>A file in memory that nobody can write any more, with the bytes of another; an invalid handle where it cannot be made.</summary>
    public static SafeFileHandle Seal(ReadOnlySpan<byte> bytes)
    {
        var descriptor = memfd_create("shype\0"u8.ToArray(), CloseOnExec | AllowSealing);
        var file = new SafeFileHandle(descriptor, ownsHandle: descriptor >= 0);
        if (file.IsInvalid)
        {
            return file;
        }

        RandomAccess.Write(file, bytes, 0);
        if (fcntl(descriptor, AddSeals, SealAll) == 0)
        {
            return file;
        }

        file.Dispose();
        return new SafeFileHandle(-1, ownsHandle: false);
    }

    private const int SeekEnd = 2;
    private const int SeekData = 3;
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSeals = 1033;
    // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE (linux/fcntl.h).
    private const int SealAll = 0xf;
    // _IOWR('f', 134, struct fsverity_digest) and FS_VERITY_HASH_ALG_SHA256 (linux/fsverity.h).
    private const ulong MeasureVerity = 0xc004_6686;
    private const ushort VeritySha256 = 1;
    private const int NoSuchAddress = 6;
    private const ulong ReadOnly = 1;

    [DllImport("libc", SetLastError = true)]
    private static extern long lseek(int descriptor, long offset, int whence);

    [DllImport("libc", SetLastError = true)]
    private static extern int ioctl(int descriptor, ulong request, ref byte argument);

    [DllImport("libc", SetLastError = true)]
    private static extern int memfd_create(byte[] name, uint flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc", SetLastError = true)]
    private static extern int fstatvfs(int descriptor, ref ulong status);
}
