namespace Shype.Attest.Agent.Hosts;

/// <summary>Small files of the kernel: read up to a bound, and null where they are not there.</summary>
internal static class HostFiles
{
    /// <summary>The text of a file without blanks at its ends; null where there is none to read.</summary>
    public static string? Text(string path) => Bytes(path) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes).Trim(' ', '\t', '\n', '\r', '\0') : null;

    /// <summary>The bytes of a file; null where there is none to read, or more than a page's worth.</summary>
    public static byte[]? Bytes(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return BoundedRead.ToEnd(file, MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private const int MaxBytes = 64 * 1024;
}
