namespace Shype.Attest.Measurement.Records;

/// <summary>Why a record or a log of ours was refused.</summary>
public enum RecordProblemCode
{
    /// <summary>Not the deterministic CBOR that the format asks for, or a field that is missing, unknown or not allowed.</summary>
    Malformed,

    /// <summary>Over a bound of <see cref="MeasurementLimits"/>; the problem names it.</summary>
    LimitExceeded,

    /// <summary>Text with control characters, line separators or bidirectional controls, which would lie on a screen.</summary>
    TextNotAllowed,

    /// <summary>A content type that this version does not know.</summary>
    UnknownType,

    /// <summary>A version of a content type that this version does not know.</summary>
    UnknownVersion,

    /// <summary>A hash or a kind of digest that is unknown or not allowed.</summary>
    UnknownAlgorithm,

    /// <summary>The digest is not the hash of the content bytes.</summary>
    NotCovered,

    /// <summary>No digest for the bank that is replayed.</summary>
    BankMissing,

    /// <summary>Record numbers are left out.</summary>
    Gap,

    /// <summary>A record number that came before.</summary>
    Overlap,

    /// <summary>Not the PCR that the plan gives to this kind of record.</summary>
    WrongPcr,

    /// <summary>The log does not begin with its boot record.</summary>
    BootMissing,

    /// <summary>A boot record of another boot, or with other banks or PCRs, in the middle of a log.</summary>
    BootChanged,
}

/// <summary>What is wrong, in which record, in which member, at which byte.</summary>
/// <param name="Code">The class of the problem.</param>
/// <param name="Member">The member, as docs/records.md names it.</param>
/// <param name="Offset">Byte offset from the start of what was given to be read.</param>
/// <param name="Problem">What is wrong, in words.</param>
/// <param name="Record">The record's number, or the number expected there; null where there is none.</param>
public sealed record RecordProblem(RecordProblemCode Code, string Member, int Offset, string Problem, ulong? Record = null)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Record is { } record ? $"record {record}, {Member} at byte {Offset}: {Problem}" : $"{Member} at byte {Offset}: {Problem}";
}

/// <summary>A record that cannot be written, because it could not be read again: the problem says which member and why.</summary>
public sealed class RecordFormatException : Exception
{
    /// <summary>With the problem found.</summary>
    public RecordFormatException(RecordProblem problem)
        : base(problem?.ToString()) => Problem = problem!;

    /// <summary>With the problem found and the error of the codec below.</summary>
    public RecordFormatException(RecordProblem problem, Exception innerException)
        : base(problem?.ToString(), innerException) => Problem = problem!;

    /// <summary>What is wrong.</summary>
    public RecordProblem Problem { get; }
}
