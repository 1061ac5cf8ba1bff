using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Shype.Attest.Cli.Files;

/// <summary>Files of lines that may be larger than memory; a line may not.</summary>
internal static class LineFile
{
    /// <summary>The lines, without their ends.</summary>
    /// <exception cref="CommandException">The file cannot be read, or a line is too long.</exception>
    public static async IAsyncEnumerable<byte[]> ReadAsync(
        Surroundings surroundings, string path, int maxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(Open(surroundings, path));
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length > maxLineBytes)
            {
                throw CommandException.Unusable($"{InputFile.NameOf(path)}: a line has more than the {maxLineBytes} bytes that are allowed; is this an export of the audit?");
            }

            if (read.IsCompleted)
            {
                if (!rest.IsEmpty)
                {
                    yield return rest.ToArray();
                }

                await pipe.CompleteAsync();
                yield break;
            }

            pipe.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static Stream Open(Surroundings surroundings, string path)
    {
        if (path == InputFile.StandardInput)
        {
            return surroundings.Input;
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CommandException.Unusable($"{path}: cannot be read: {e.Message}");
        }
    }
}
