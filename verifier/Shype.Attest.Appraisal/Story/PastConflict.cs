namespace Shype.Attest.Appraisal.Story;

/// <summary>A start that a conflict set forbids and that happened, now over or not.</summary>
/// <param name="Record">The record of the start, or of the policy that made it one.</param>
/// <param name="Starting">The label that started.</param>
/// <param name="Running">A label that ran and keeps it out.</param>
/// <param name="Sentence">The same in words, without a full stop.</param>
internal sealed record PastConflict(ulong Record, string Starting, string Running, string Sentence);
