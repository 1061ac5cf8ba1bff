namespace Shype.Attest.Measurement.LogFiles;

/// <summary>Bytes at a log's end that a crash left behind half-written. They were taken out of the log and kept.</summary>
/// <param name="Offset">Where they began in the log file.</param>
/// <param name="Length">How many there are.</param>
/// <param name="KeptIn">The file that holds them now.</param>
/// <param name="Problem">Why they are not a record.</param>
public sealed record TornTail(long Offset, int Length, string KeptIn, string Problem);
