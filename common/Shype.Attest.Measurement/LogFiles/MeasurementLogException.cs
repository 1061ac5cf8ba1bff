namespace Shype.Attest.Measurement.LogFiles;

/// <summary>Why a measurement log cannot be used.</summary>
public enum MeasurementLogError
{
    /// <summary>The directory is missing, a symbolic link, of another owner, or writable by others.</summary>
    UnsafeDirectory,

    /// <summary>The file is a symbolic link or no regular file, of another owner, writable by others, or has a second name.</summary>
    UnsafeFile,

    /// <summary>Another process has the log open.</summary>
    InUse,

    /// <summary>No room for the record. The log is as it was before.</summary>
    DiskFull,

    /// <summary>Reading, writing or syncing failed; after a failed write the log has to be opened again.</summary>
    Failed,

    /// <summary>The log is damaged before its end: no crash does that.</summary>
    Damaged,

    /// <summary>Written by a version that this one does not know.</summary>
    UnknownVersion,
}

/// <summary>A measurement log that cannot be used: what, why, and what to do about it.</summary>
public sealed class MeasurementLogException : Exception
{
    /// <summary>With what was found.</summary>
    public MeasurementLogException(MeasurementLogError error, string path, string problem, Exception? innerException = null)
        : base($"{path}: {problem}", innerException)
    {
        Error = error;
        Path = path;
    }

    /// <summary>The kind of error.</summary>
    public MeasurementLogError Error { get; }

    /// <summary>The file or directory.</summary>
    public string Path { get; }
}
