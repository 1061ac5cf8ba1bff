using Microsoft.Win32.SafeHandles;
using Shype.Attest.Measurement.Cel;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>
/// The agent's log on disk: a header line that names the boot, then a CBOR sequence of records. Append-only, synced with every record, one process at a
/// time. What a crash left half-written at the end is set aside when the log is opened, and said so; damage before the end is an error.
/// </summary>
/// <remarks>Append first, extend after: a record on disk that the TPM does not have can be settled, the other way round cannot.</remarks>
public sealed class MeasurementLogFile : IDisposable
{
    private readonly PrivateDirectory _directory;
    private readonly SafeFileHandle _file;
    private readonly List<ReadOnlyMemory<byte>> _pieces;
    private readonly List<CelRecord> _records;
    private long _length;
    private bool _failed;

    private MeasurementLogFile(PrivateDirectory directory, SafeFileHandle file, string path, LogIdentity identity, List<ReadOnlyMemory<byte>> pieces, LogContent content)
    {
        _directory = directory;
        _file = file;
        _pieces = pieces;
        _records = [.. content.Records];
        _length = content.Length;
        Path = path;
        Identity = identity;
    }

    /// <summary>The log file.</summary>
    public string Path { get; }

    /// <summary>The boot that it is of.</summary>
    public LogIdentity Identity { get; }

    /// <summary>The records, every one on disk.</summary>
    public IReadOnlyList<CelRecord> Records => _records;

    /// <summary>The number of the next record.</summary>
    public ulong NextRecord => (ulong)_records.Count;

    /// <summary>What was half-written when the log was opened; null after a clean end.</summary>
    public TornTail? Torn { get; private init; }

    /// <summary>Where the log of an earlier boot was kept when this one was begun; null when there was none.</summary>
    public string? Previous { get; private init; }

    /// <summary>Whether it was opened with a memory, and goes on from there.</summary>
    public bool IsContinued { get; private init; }

    /// <summary>What is known of it now, for the next opening; this object is not used any more then.</summary>
    public LogMemory Memory => new(Identity, _pieces, _records);

    /// <summary>Opens the log of this boot, or begins it; the log of another boot is kept beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">This boot.</param>
    /// <param name="known">What an earlier opening read.</param>
    /// <exception cref="MeasurementLogException">The log cannot be trusted, read or written.</exception>
    public static MeasurementLogFile Open(string path, LogIdentity identity, LogMemory? known = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(identity);
        var full = System.IO.Path.GetFullPath(path);
        var name = System.IO.Path.GetFileName(full);
        var directory = PrivateDirectory.Open(System.IO.Path.GetDirectoryName(full) ?? throw new ArgumentException("names no file", nameof(path)));
        SafeFileHandle? file = null;
        try
        {
            directory.Lock();
            file = directory.OpenFile(name);
            if (file is null)
            {
                return Begin(directory, name, full, identity, null, null);
            }

            if (known is not null && known.IsBeginningOf(file, identity))
            {
                return Continue(directory, file, full, identity, known, LogReader.ReadFrom(file, known.Length, full), 0);
            }

            var bytes = LogReader.ReadAll(file, full);
            var found = LogReader.ReadHeader(bytes, full, out var headerLength);
            if (found is null)
            {
                // A header is on disk before it has its name, so this file is not from a crash of ours; whatever it is, it holds no record.
                var kept = directory.SetAside(name, name + ".torn");
                var torn = new TornTail(0, bytes.Length, kept, "the header line is not whole");
                return Begin(directory, name, full, identity, torn, null);
            }

            if (found != identity)
            {
                file.Dispose();
                return Begin(directory, name, full, identity, null, directory.SetAside(name, $"{name}.boot-{found.BootId}"));
            }

            return Continue(directory, file, full, identity, null, bytes, headerLength);
        }
        catch
        {
            file?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Puts a record on disk. When this throws, the log is as it was before.</summary>
    /// <exception cref="MeasurementLogException">No room, or the disk failed.</exception>
    /// <exception cref="ArgumentException">Not the record that comes next.</exception>
    public void Append(CelRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.RecordNumber != NextRecord)
        {
            throw new ArgumentException($"record {record.RecordNumber} is not the next one, {NextRecord}", nameof(record));
        }

        if (_failed)
        {
            throw new MeasurementLogException(MeasurementLogError.Failed, Path, "an earlier write failed; open the log again");
        }

        try
        {
            LogWrites.WriteAndSync(_file, record.Encoded.Span, _length, Path);
        }
        catch (MeasurementLogException e)
        {
            // After a failed sync nobody knows what is on disk, so only an honest "full" may go on, and only once the half record is gone.
            _failed = e.Error != MeasurementLogError.DiskFull || !TryUndo();
            throw;
        }

        _length += record.Encoded.Length;
        _pieces.Add(record.Encoded);
        _records.Add(record);
    }

    /// <summary>The CBOR sequence of the records from a number on; empty past the end.</summary>
    public byte[] SequenceFrom(ulong firstRecord)
    {
        var from = (int)Math.Min(firstRecord, NextRecord);
        var bytes = new byte[_records.Skip(from).Sum(record => record.Encoded.Length)];
        var at = 0;
        foreach (var record in _records.Skip(from))
        {
            record.Encoded.CopyTo(bytes.AsMemory(at));
            at += record.Encoded.Length;
        }

        return bytes;
    }

    /// <summary>Closes the file and lets others open it.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    private static MeasurementLogFile Begin(
        PrivateDirectory directory, string name, string path, LogIdentity identity, TornTail? torn, string? previous)
    {
        var header = identity.ToHeader();
        var file = directory.CreateFile(name, header);
        return new MeasurementLogFile(directory, file, path, identity, [header], new LogContent([], header.Length, null)) { Torn = torn, Previous = previous };
    }

    // What was read comes after what is known, and its records begin so many bytes in it.
    private static MeasurementLogFile Continue(
        PrivateDirectory directory, SafeFileHandle file, string path, LogIdentity identity, LogMemory? known, byte[] read, int recordsAt)
    {
        var readAt = known?.Length ?? 0;
        var content = LogReader.ReadRecords(read.AsMemory(recordsAt), readAt + recordsAt, known?.Records ?? [], path);
        var whole = (int)(content.Length - readAt);
        List<ReadOnlyMemory<byte>> pieces = [.. known?.Pieces ?? []];
        if (whole > 0)
        {
            pieces.Add(read.AsMemory(0, whole));
        }

        return new MeasurementLogFile(directory, file, path, identity, pieces, content)
        {
            IsContinued = known is not null,
            Torn = SettleTail(directory, file, System.IO.Path.GetFileName(path), read.AsSpan(whole), content),
        };
    }

    private static TornTail? SettleTail(PrivateDirectory directory, SafeFileHandle file, string name, ReadOnlySpan<byte> tail, LogContent content)
    {
        if (content.TailProblem is not { } problem)
        {
            return null;
        }

        // Kept first, cut after: a crash in between leaves the bytes twice, never not at all.
        var kept = directory.Keep(name + ".torn", tail);
        try
        {
            LogWrites.Truncate(file, content.Length);
        }
        catch (IOException e)
        {
            throw new MeasurementLogException(MeasurementLogError.Failed, directory.PathOf(name), $"the torn end cannot be cut off: {e.Message}", e);
        }

        return new TornTail(content.Length, tail.Length, kept, problem);
    }

    private bool TryUndo()
    {
        try
        {
            LogWrites.Truncate(_file, _length);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
