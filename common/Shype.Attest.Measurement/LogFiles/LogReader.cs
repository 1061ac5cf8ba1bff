using Microsoft.Win32.SafeHandles;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>What a log file holds: its records, how far they reach, and why the bytes after them are no record (null when there are none).</summary>
internal sealed record LogContent(IReadOnlyList<CelRecord> Records, long Length, string? TailProblem);

/// <summary>Reads a log file and tells what a crash leaves (an unfinished record at the very end) from damage.</summary>
internal static class LogReader
{
    public static byte[] ReadAll(SafeFileHandle file, string path) => ReadFrom(file, 0, path);

    /// <summary>All bytes from a place on.</summary>
    public static byte[] ReadFrom(SafeFileHandle file, long start, string path)
    {
        try
        {
            var length = RandomAccess.GetLength(file);
            if (length > MeasurementLimits.MaxLogFileBytes)
            {
                throw new MeasurementLogException(
                    MeasurementLogError.Damaged,
                    path,
                    $"{length} bytes, {MeasurementLimits.MaxLogFileBytes} are allowed ({nameof(MeasurementLimits.MaxLogFileBytes)})");
            }

            var bytes = new byte[Math.Max(0, length - start)];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), start + read) is > 0 and var count)
            {
                read += count;
            }

            return bytes[..read];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MeasurementLogException(MeasurementLogError.Failed, path, $"cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The boot that the log is of; null when the header line is not whole and nothing follows it.</summary>
    public static LogIdentity? ReadHeader(ReadOnlySpan<byte> bytes, string path, out int length)
    {
        var end = bytes[..Math.Min(bytes.Length, LogIdentity.MaxHeaderBytes)].IndexOf((byte)'\n');
        length = end + 1;
        if (end < 0 && bytes.Length < LogIdentity.MaxHeaderBytes)
        {
            return null;
        }

        var otherVersion = false;
        if (end >= 0 && LogIdentity.TryParseHeader(bytes[..end], out var identity, out otherVersion))
        {
            return identity;
        }

        throw otherVersion
            ? new MeasurementLogException(MeasurementLogError.UnknownVersion, path, "the log is of a version that is not known here")
            : new MeasurementLogException(MeasurementLogError.Damaged, path, "the header line is damaged; keep the file, and move it away to begin anew");
    }

    /// <summary>The records from a place on.</summary>
    /// <param name="sequence">The bytes from there on.</param>
    /// <param name="offset">The place.</param>
    /// <param name="before">The records before it.</param>
    /// <param name="path">The file, for errors.</param>
    public static LogContent ReadRecords(ReadOnlyMemory<byte> sequence, long offset, IReadOnlyList<CelRecord> before, string path)
    {
        var codec = new CelCodec(sequence);
        var records = new List<CelRecord>(before);
        while (!codec.AtEnd)
        {
            var at = codec.Offset;
            if (Problem(codec, records, out var record, out var isOrder) is not { } problem)
            {
                records.Add(record!);
                continue;
            }

            if (isOrder || sequence.Length - at > MeasurementLimits.MaxRecordBytes || HasLaterRecord(sequence[at..], (ulong)records.Count))
            {
                throw new MeasurementLogException(
                    MeasurementLogError.Damaged,
                    path,
                    $"record {records.Count} at byte {offset + at} is damaged: {problem}; keep the file, and move it away to begin anew");
            }

            return new LogContent(records, offset + at, problem);
        }

        return new LogContent(records, offset + codec.Offset, null);
    }

    private static string? Problem(CelCodec codec, List<CelRecord> records, out CelRecord? record, out bool isOrder)
    {
        isOrder = false;
        if (!codec.TryRead(out record, out var problem))
        {
            return $"{problem.Member}: {problem.Problem}";
        }

        if (LogReplay.FindUncovered(record) is { } uncovered)
        {
            return $"the {uncovered.ToText()} digest is not the hash of the content";
        }

        // A whole record with the wrong number was written so: no crash does that.
        isOrder = record.RecordNumber != (ulong)records.Count;
        return isOrder ? $"its number is {record.RecordNumber}" : null;
    }

    // Records are synced one by one, so a crash can leave at most one unfinished; a whole later one behind it means that something else happened.
    private static bool HasLaterRecord(ReadOnlyMemory<byte> tail, ulong number)
    {
        for (var i = 1; i < tail.Length - 1; i++)
        {
            if (tail.Span[i] == RecordHead
                && tail.Span[i + 1] == 0
                && new CelCodec(tail[i..]).TryRead(out var record, out _)
                && record.RecordNumber > number)
            {
                return true;
            }
        }

        return false;
    }

    // A CBOR map of four entries, whose first key is 0.
    private const byte RecordHead = 0xa4;
}
