using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Shype.Attest.Measurement.Cel;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>
/// What was read of a log file, for whoever opens it again and again. Bytes that are there unchanged are compared and not decoded again, so that opening costs what is new; a file
/// that is another one now, or was edited, is read anew.
/// </summary>
public sealed class LogMemory
{
    private readonly LogIdentity _identity;

    internal LogMemory(LogIdentity identity, IReadOnlyList<ReadOnlyMemory<byte>> pieces, IReadOnlyList<CelRecord> records) =>
        (_identity, Pieces, Records, Length) = (identity, pieces, records, pieces.Sum(piece => (long)piece.Length));

    /// <summary>The file's bytes in order, its header first.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Pieces { get; }

    /// <summary>How many bytes they are.</summary>
    internal long Length { get; }

    /// <summary>The records in them.</summary>
    internal IReadOnlyList<CelRecord> Records { get; }

    /// <summary>Whether a file begins with exactly these bytes, and is of this boot.</summary>
    internal bool IsBeginningOf(SafeFileHandle file, LogIdentity identity)
    {
        if (_identity != identity)
        {
            return false;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var at = 0L;
            return Pieces.All(piece => IsAt(file, piece.Span, buffer, ref at));
        }
        catch (IOException)
        {
            // Reading it anew says so.
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsAt(SafeFileHandle file, ReadOnlySpan<byte> piece, byte[] buffer, ref long at)
    {
        while (!piece.IsEmpty)
        {
            var count = RandomAccess.Read(file, buffer.AsSpan(0, Math.Min(buffer.Length, piece.Length)), at);
            if (count == 0 || !piece[..count].SequenceEqual(buffer.AsSpan(0, count)))
            {
                return false;
            }

            at += count;
            piece = piece[count..];
        }

        return true;
    }

    private const int ChunkBytes = 64 * 1024;
}
