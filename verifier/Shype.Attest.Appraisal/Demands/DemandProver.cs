using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Appraisal.Demands;

/// <summary>
/// Answers demands from what was measured and proven: for every state that the policy admits, for what runs now, and for what the log shows since boot. Made once for
/// a judgement, when somebody demands something.
/// </summary>
internal sealed class DemandProver(Judgement judgement, GuaranteeStrength keeper)
{
    private readonly StoryEvidence _proven = new(judgement, keeper);
    private IsolationEvidence? _acm;
    private FlaskEvidence? _flask;
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
        Func<Demand, Guarantee> answer =
            (_acm ??= _proven.UnderAcm()) is { } acm ? Under(acm with { Mediators = demands.Mediators })
            : (_flask ??= _proven.UnderFlask()) is { } flask ? Under(flask with { Mediators = demands.Mediators })
            : WithoutPolicy;
        // Numbers are few, and the same one may be demanded over and over.
        var numbered = new Dictionary<string, Guarantee>(StringComparer.Ordinal);
        return [.. demands.Demands.Select(demand => new DemandAnswer(demand, demand is GuaranteeHolds(var id)
            ? (numbered.TryGetValue(id, out var known) ? known : numbered[id] = answer(demand))
            : answer(demand)))];
    }

    /// <summary>The answers where nothing was proven.</summary>
    public static IReadOnlyList<DemandAnswer> Unknown(DemandSet demands, string missing) =>
    [
        .. demands.Demands.Select(demand => new DemandAnswer(
            demand, Unknown(demand.Id, missing))),
    ];

    private static Guarantee Unknown(string id, string missing) => new(id, GuaranteeVerdict.Unknown, GuaranteeStrength.Unknown, $"Nothing can be said: {missing}.") { Missing = missing };

    // The module is what it is under any policy.
    private Guarantee WithoutPolicy(Demand demand) => demand is GuaranteeHolds { Guarantee: "G3" }
        ? EnforcingModule.Prove(_proven.Module, _proven.Gap, keeper)
        : Unknown(demand.Id, $"there is no policy of this host that demands can be held against{(judgement.Story.Policy is { } policy ? $"; it is of the kind {policy.Value.Module}, or its file is not there" : "")}");

    private static Func<Demand, Guarantee> Under(FlaskEvidence evidence) => demand => FlaskDemandProof.Prove(evidence, demand);

    private Func<Demand, Guarantee> Under(IsolationEvidence evidence) => demand =>
    {
        if (demand is GuaranteeHolds { Guarantee: KeptSinceBoot.Id })
        {
            return KeptSinceBoot.Prove(judgement, keeper);
        }

        var answer = DemandProof.Prove(evidence, demand);
        var broken = judgement.Story.Conflicts.FirstOrDefault(conflict => Concerns(demand, conflict));
        if (answer is { Now: { } now, Always: { } always })
        {
            answer = answer with { Now = broken is not null && now.Verdict != GuaranteeVerdict.Violated ? Broken(demand, broken) : Deduced(now, always) };
        }

        return broken is not null && !IsByPolicy(answer) ? Broken(demand, broken) with { Now = answer.Now, Always = answer.Always }
            : answer.Verdict != GuaranteeVerdict.Holds || demand is LabelIs or PolicyUnchanged or EnforcedBy ? answer
            : Kept(demand, answer);
    };

    // What the policy rules out did not happen where the same policy was kept since boot, though what is over is not known any more.
    private Guarantee Deduced(Guarantee now, Guarantee always) =>
        now.Verdict == GuaranteeVerdict.Unknown && always.Verdict == GuaranteeVerdict.Holds && judgement.Story is { Past.Lost: not null, EarlierPolicies.IsEmpty: true }
        && KeptSinceBoot.Prove(judgement, keeper).Verdict == GuaranteeVerdict.Holds && Doubt is null
            ? always with { Sentence = $"{always.Sentence.TrimEnd('.')}, and every start and attachment since boot was admissible." }
            : now;

    // What the policy rules out can have happened all the same: then it is the log that refutes.
    private static Guarantee Broken(Demand demand, PastConflict broken) =>
        new(demand.Id, GuaranteeVerdict.Violated, GuaranteeStrength.Violated, $"The policy rules it out, and was not kept: {broken.Sentence}.")
        {
            Witness = new(broken.Sentence, [broken.Running, broken.Starting], [broken.Record]),
        };

    private static bool IsByPolicy(Guarantee answer) => answer is { Verdict: GuaranteeVerdict.Violated, Witness.Records.IsEmpty: true };

    // A log that shows a breach of the policy, or has holes, confirms nothing.
    private Guarantee Kept(Demand demand, Guarantee answer) =>
        Doubt is { } doubt ? Unknown(demand.Id, doubt) with { Now = answer.Now, Always = answer.Always } : answer;

    private string? Doubt => judgement.Story.Violation is { } violation ? $"the policy was not kept: by record {violation.Record}, {violation.Value}" : _proven.Gap;

    private static bool Concerns(Demand demand, PastConflict conflict) => demand switch
    {
        NeverTogether never => never.Labels.Contains(conflict.Starting) && never.Labels.Contains(conflict.Running),
        RunsAlone alone => alone.Label == conflict.Starting || alone.Label == conflict.Running,
        _ => false,
    };

    private sealed record Answered(DemandSet Demands, IReadOnlyList<DemandAnswer> Answers);
}
