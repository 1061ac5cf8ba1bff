using Microsoft.Win32.SafeHandles;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>Writing that is on disk when it returns, or has not happened.</summary>
internal static class LogWrites
{
    public static void WriteAndSync(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, string path)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new MeasurementLogException(
                IsFull(e) ? MeasurementLogError.DiskFull : MeasurementLogError.Failed,
                path,
                IsFull(e) ? $"no room for {bytes.Length} bytes; make room and try again" : $"cannot be written: {e.Message}",
                e);
        }
    }

    public static void Truncate(SafeFileHandle file, long length)
    {
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
    }

    // ENOSPC and EDQUOT; EFBIG, which a limit on the process's file sizes gives, comes as an ArgumentOutOfRangeException.
    private static bool IsFull(Exception error) => error.HResult is 28 or 122 || error is ArgumentOutOfRangeException;
}
