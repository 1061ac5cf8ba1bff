using System.Collections.Immutable;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>
/// Answers demands from what was measured and proven: for every state that the policy admits, for what runs now, and for what the log shows since boot. Made once for
/// a judgement, when somebody demands something.
/// </summary>
internal sealed class DemandProver(Judgement judgement, GuaranteeStrength keeper)
{
    private readonly Lazy<IsolationEvidence?> _evidence = new(() => EvidenceOf(judgement.Story, keeper));
    private Answered? _last;

    /// <summary>The answers to demands that come with every appraisal: proven once.</summary>
    public IReadOnlyList<DemandAnswer> AnswerAgain(DemandSet demands)
    {
        var last = _last;
        if (last is null || !ReferenceEquals(last.Demands, demands))
        {
            _last = last = new(demands, Answer(demands));
        }

        return last.Answers;
    }

    /// <summary>The answers, in the order of the demands.</summary>
    public IReadOnlyList<DemandAnswer> Answer(DemandSet demands)
    {
        if (_evidence.Value is not { } evidence)
        {
            return Unknown(demands, $"there is no policy of this host that demands can be held against{(judgement.Story.Policy is { } policy ? $"; it is of the kind {policy.Value.Module}, or its file is not there" : "")}");
        }

        var under = evidence with { Mediators = demands.Mediators };
        return [.. demands.Demands.Select(demand => new DemandAnswer(demand, Answer(under, demand)))];
    }

    /// <summary>The answers where nothing was proven.</summary>
    public static IReadOnlyList<DemandAnswer> Unknown(DemandSet demands, string missing) =>
    [
        .. demands.Demands.Select(demand => new DemandAnswer(
            demand, new(demand.Id, GuaranteeVerdict.Unknown, GuaranteeStrength.Unknown, $"Nothing can be said: {missing}.") { Missing = missing })),
    ];

    private Guarantee Answer(IsolationEvidence evidence, Demand demand)
    {
        var answer = DemandProof.Prove(evidence, demand);
        return judgement.Story.Conflicts.FirstOrDefault(conflict => Concerns(demand, conflict)) is { } broken && !IsByPolicy(answer) ? Broken(demand, broken)
            : answer.Verdict != GuaranteeVerdict.Holds || demand is LabelIs or PolicyUnchanged or EnforcedBy ? answer
            : Kept(evidence, demand, answer);
    }

    // What the policy rules out can have happened all the same: then it is the log that refutes.
    private static Guarantee Broken(Demand demand, PastConflict broken) =>
        new(demand.Id, GuaranteeVerdict.Violated, GuaranteeStrength.Violated, $"The policy rules it out, and was not kept: {broken.Sentence}.")
        {
            Witness = new(broken.Sentence, [broken.Running, broken.Starting], [broken.Record]),
        };

    private static bool IsByPolicy(Guarantee answer) => answer is { Verdict: GuaranteeVerdict.Violated, Witness.Records.IsEmpty: true };

    // A log that shows a breach of the policy, or has holes, confirms nothing.
    private Guarantee Kept(IsolationEvidence evidence, Demand demand, Guarantee answer)
    {
        var story = judgement.Story;
        var doubt = story.Violation is { } violation ? $"the policy was not kept: by record {violation.Record}, {violation.Value}" : evidence.History?.Gap;
        return doubt is null ? answer : new(demand.Id, GuaranteeVerdict.Unknown, GuaranteeStrength.Unknown, $"Nothing can be said: {doubt}.") { Missing = doubt };
    }

    private static bool Concerns(Demand demand, PastConflict conflict) => demand switch
    {
        NeverTogether never => never.Labels.Contains(conflict.Starting) && never.Labels.Contains(conflict.Running),
        RunsAlone alone => alone.Label == conflict.Starting || alone.Label == conflict.Running,
        _ => false,
    };

    // What runs is told as what it started with; what is over is in the story's conflicts and violation.
    private static IsolationEvidence? EvidenceOf(BootStory story, GuaranteeStrength keeper)
    {
        if (story.Judged is not { } judged)
        {
            return null;
        }

        var events = story.Running.Values.OrderBy(image => image.Record).SelectMany(image => image.Events.Select(happened => new LoggedEvent(image.Record, happened)));
        var history = new IsolationHistory(judged.Policy, [.. events], GapOf(story))
        {
            PolicyChangedAt = story.Facts.FirstOrDefault(fact => fact.Code == FindingCode.PolicyChanged)?.Record,
        };
        return new(judged.Policy, history) { Keeper = keeper };
    }

    private static string? GapOf(BootStory story) =>
        story.Facts.FirstOrDefault(fact => LeavesHoles.Contains(fact.Code)) is { } fact ? $"the log does not tell all: {fact.Text.TrimEnd('.')}"
        : story.Agent is null ? "the log does not begin with the boot"
        : story.Unjudged ? "VMs began while there was no policy to judge them by"
        : null;

    private sealed record Answered(DemandSet Demands, IReadOnlyList<DemandAnswer> Answers);

    private static readonly ImmutableHashSet<FindingCode> LeavesHoles =
    [
        FindingCode.GapInMeasurements, FindingCode.BootRecordRepeated, FindingCode.BootRecordDiffers, FindingCode.LogMalformed,
        FindingCode.VmAlreadyRunning, FindingCode.VmNotRunning, FindingCode.PolicyChangeBroken,
    ];
}
