namespace Shype.Attest.Appraisal.Story;

/// <summary>Something that the log says, and where.</summary>
/// <param name="Record">The record's number.</param>
/// <param name="Value">What it says.</param>
internal readonly record struct Recorded<T>(ulong Record, T Value);
