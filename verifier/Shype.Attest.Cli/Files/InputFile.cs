namespace Shype.Attest.Cli.Files;

/// <summary>Files that were named on the command line: read once, bounded, "-" is standard input.</summary>
public static class InputFile
{
    /// <summary>What stands for standard input.</summary>
    public const string StandardInput = "-";

    /// <summary>What to call it in a message.</summary>
    public static string NameOf(string path) => path == StandardInput ? "standard input" : path;

    /// <summary>The bytes of a file of at most so many bytes.</summary>
    /// <exception cref="CommandException">It cannot be read, is empty, or is larger.</exception>
    public static async Task<byte[]> ReadAsync(Surroundings surroundings, string path, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        try
        {
            if (path == StandardInput)
            {
                return await ReadAsync(surroundings.Input, NameOf(path), maxBytes, cancellationToken);
            }

            // A sequential read without a look at the length: event logs of the kernel say that they have none.
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1, FileOptions.SequentialScan);
            return await ReadAsync(file, path, maxBytes, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandException.Unusable($"{path}: there is no such file");
        }
        catch (UnauthorizedAccessException)
        {
            throw CommandException.Unusable(Directory.Exists(path) ? $"{path} is a directory, a file is needed" : $"{path}: no permission to read it");
        }
        catch (Exception e) when (e is IOException or NotSupportedException or ArgumentException)
        {
            throw CommandException.Unusable($"{path}: cannot be read: {e.Message}");
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, string name, int maxBytes, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (await stream.ReadAsync(chunk, cancellationToken) is > 0 and var count)
        {
            if (bytes.Length + count > maxBytes)
            {
                throw CommandException.Unusable($"{name}: is larger than the {maxBytes} bytes that are allowed");
            }

            bytes.Write(chunk, 0, count);
        }

        return bytes.ToArray();
    }
}
