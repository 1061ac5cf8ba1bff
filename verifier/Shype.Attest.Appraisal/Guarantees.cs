using Shype.Attest.Appraisal.Demands;
using Shype.Attest.Appraisal.Memory;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.Story;
using Shype.Attest.Isolation;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>
/// What the measured policy and log prove about isolation, as results say it (docs/results.md): never "holds" where something that it rests on is missing.
/// </summary>
internal sealed class Guarantees
{
    private readonly Judgement _judgement;
    private readonly IsolationStatement? _statement;
    private readonly string _strength;

    public Guarantees(Judgement judgement)
    {
        _judgement = judgement;
        var story = judgement.Story;
        _statement = story.Judged is { } judged ? IsolationStatement.Of(judged.Policy, story.Running.Values.Select(image => image.Vm)) : null;
        var keeper = KeeperOf(story, judgement.References);
        _strength = DemandAnswer.Word(keeper);
        Demands = new(judgement, keeper);
        Host = [Now(), SinceBoot()];
    }

    /// <summary>About all VMs of the host.</summary>
    public IReadOnlyList<ResultGuarantee> Host { get; }

    /// <summary>Answers what somebody demands.</summary>
    public DemandProver Demands { get; }

    /// <summary>About one VM and each other one.</summary>
    public IEnumerable<ResultGuarantee> SharingOf(Guid vm)
    {
        if (_statement is null)
        {
            foreach (var said in OtherPairs.Of(_judgement, vm).Take(MaxPairs))
            {
                yield return Say("direct-sharing", said.IsKnown ? Holds : Unknown, KeptSinceBoot.Sentence(said.Sentence));
            }

            yield break;
        }

        var pairs = _statement.For(vm);
        foreach (var pair in pairs.Take(MaxPairs))
        {
            var verdict = !pair.LabelsKnown ? Unknown : pair.Conflict is null ? Holds : Violated;
            yield return Say("direct-sharing", verdict, KeptSinceBoot.Sentence(pair.Sentence));
        }

        if (pairs.Length > MaxPairs)
        {
            yield return Say("direct-sharing", Unknown, $"{pairs.Length - MaxPairs} more VMs run here; a result lists {MaxPairs}.");
        }
    }

    private ResultGuarantee Now()
    {
        if (_statement is not { } statement)
        {
            return Say(NoConflictNow, Unknown, "There is no policy to judge the running VMs by.");
        }

        var verdict = !statement.Conflicts.IsEmpty ? Violated : statement.Holds ? Holds : Unknown;
        return Say(NoConflictNow, verdict, statement.Sentence, statement.Conflicts is [var first, ..] ? new() { Text = first.Sentence } : null);
    }

    private ResultGuarantee SinceBoot()
    {
        var kept = KeptSinceBoot.Prove(_judgement, GuaranteeStrength.Observed);
        return Say(NoViolation, DemandAnswer.Word(kept.Verdict), kept.Sentence, kept.Witness is { } witness ? new() { Text = witness.Sentence, Records = witness.Records } : null);
    }

    private static GuaranteeStrength KeeperOf(BootStory story, ReferenceSet references) => Enforcers.Of(story, references) switch
    {
        Enforcer.Hypervisor => GuaranteeStrength.Enforced,
        Enforcer.Gate => GuaranteeStrength.Gated,
        _ => GuaranteeStrength.Observed,
    };

    private ResultGuarantee Say(string id, string verdict, string text, ResultWitness? witness = null) =>
        new() { Id = id, Verdict = verdict, Strength = _strength, Text = text, Witness = witness };

    private const string NoConflictNow = "no-conflict-now";
    private const string NoViolation = "no-violation-since-boot";
    private const string Holds = "holds";
    private const string Violated = "violated";
    private const string Unknown = "unknown";
    private const int MaxPairs = 256;
}
