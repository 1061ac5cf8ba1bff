using System.Buffers;
using System.Text;

namespace Shype.Attest.Cli.Api;

/// <summary>An access token's file: a secret, so it is refused where strangers can read or change it, and it never stands in a message.</summary>
public static class TokenFile
{
    /// <summary>Reads the token.</summary>
    /// <exception cref="CommandException">It cannot be read, others can read it too, or it holds no token.</exception>
    public static string Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
            // Asked of the open file: the name may lead elsewhere a moment later.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Strangers) != 0)
            {
                throw CommandException.Unusable($"--token-file: {path} can be read or changed by others on this machine: chmod 600 {path}, and have the token renewed");
            }

            var bytes = new byte[MaxBytes + 1];
            var length = RandomAccess.Read(file, bytes, 0);
            var token = Encoding.Latin1.GetString(bytes, 0, length).Trim();
            return length <= MaxBytes && token.Length > 0 && !token.AsSpan().ContainsAnyExcept(TokenCharacters)
                ? token
                : throw CommandException.Unusable($"--token-file: {path} does not hold one access token");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CommandException.Unusable($"--token-file: {path} cannot be read: {e.Message}");
        }
    }

    private const UnixFileMode Strangers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    // RFC 6750 2.1: b64token.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=");

    private const int MaxBytes = 4096;
}
