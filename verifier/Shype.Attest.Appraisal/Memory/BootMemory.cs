using Shype.Attest.Appraisal.Story;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.Memory;

/// <summary>How far a boot's log was proven, and what it told.</summary>
/// <param name="Logs">The state of the replay in each bank.</param>
/// <param name="Story">What the records told.</param>
/// <param name="Judgement">What was made of it against references; not stored, since references change.</param>
internal sealed record BootMemory(IReadOnlyList<ReplayState> Logs, BootStory Story, Judgement? Judgement)
{
    public ulong NextRecord => Logs[0].NextRecord;
}
