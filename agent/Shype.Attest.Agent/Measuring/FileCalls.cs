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

    private const int SeekData = 3;
    private const int NoSuchAddress = 6;
    private const ulong ReadOnly = 1;

    [DllImport("libc", SetLastError = true)]
    private static extern long lseek(int descriptor, long offset, int whence);

    [DllImport("libc", SetLastError = true)]
    private static extern int fstatvfs(int descriptor, ref ulong status);
}
