using System.Text;

namespace Shype.Attest.Cli.Files;

/// <summary>Files that a command line asks to be written.</summary>
internal static class OutputFile
{
    /// <exception cref="CommandException">It cannot be written.</exception>
    public static Task WriteAsync(string path, string text, CancellationToken cancellationToken) => WriteAsync(path, Encoding.UTF8.GetBytes(text + "\n"), cancellationToken);

    /// <exception cref="CommandException">It cannot be written.</exception>
    public static async Task WriteAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            await File.WriteAllBytesAsync(path, bytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CommandException.Unusable($"{path}: cannot be written: {e.Message}");
        }
    }
}
