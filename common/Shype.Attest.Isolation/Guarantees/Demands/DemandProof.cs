using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees.Demands;

/// <summary>Proves or refutes demands, for every state that the policy admits where the policy decides, and otherwise for the boot that the log tells.</summary>
public static class DemandProof
{
    /// <summary>The answer to one demand.</summary>
    public static Guarantee Prove(IsolationEvidence evidence, Demand demand)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(demand);
        return demand switch
        {
            NeverTogether never => Together(evidence, never),
            NoFlow flow => Flow(evidence, flow),
            OnlySharesWith only => Unknown(evidence, only.Id, [only.Label, .. only.Others]) ?? Shares(evidence, only),
            RunsAlone alone => Unknown(evidence, alone.Id, [alone.Label]) ?? Alone(evidence, alone),
            LabelIs label => Label(evidence, label),
            ResourceOnly only => Resource(evidence, only),
            PolicyUnchanged unchanged => Unchanged(evidence, unchanged.Id),
            EnforcedBy by => evidence.Keeper >= by.AtLeast
                ? Guarantee.Holds(by.Id, evidence, $"The policy is {Word(evidence.Keeper)}.")
                : Guarantee.Violated(by.Id, $"The policy is only {Word(evidence.Keeper)}, and {Word(by.AtLeast)} is demanded."),
            _ => throw new ArgumentException($"no proof for {demand.Id}", nameof(demand)),
        };
    }

    private static Guarantee Together(IsolationEvidence evidence, NeverTogether demand)
    {
        if (Unknown(evidence, demand.Id, demand.Labels) is { } unknown)
        {
            return unknown;
        }

        for (var i = 0; i < demand.Labels.Length; i++)
        {
            for (var j = i + 1; j < demand.Labels.Length; j++)
            {
                if (Admitted(evidence.Policy, demand.Labels[i], demand.Labels[j]) is { } how)
                {
                    return Guarantee.Violated(demand.Id, $"{how}.", new(how, [demand.Labels[i], demand.Labels[j]], []));
                }
            }
        }

        return Kept(evidence, demand.Id, (one, other) => demand.Labels.Contains(one) && demand.Labels.Contains(other), $"No two of {Quote.Set(demand.Labels)} may run together.");
    }

    // What a policy rules out has still happened where a start was let through: then it is the log that refutes.
    private static Guarantee Kept(IsolationEvidence evidence, string id, Func<string, string, bool> concerns, string sentence) =>
        evidence.History?.Replay.Violations.FirstOrDefault(violation => violation is { Event: VmStarts { Vm: var vm }, Decision.ConflictsWith: { } other }
            && concerns(vm.EffectiveLabel, other.EffectiveLabel)) is { } broken
            ? Guarantee.Violated(id, $"The policy rules it out, and was not kept: {broken.Decision.Sentence}.", new(broken.Decision.Sentence, [], [evidence.History.Events[broken.Index].Record]))
            : Guarantee.Holds(id, evidence, sentence);

    private static string? Admitted(AcmPolicy policy, string left, string right)
    {
        var (one, other) = (policy.FindVmLabel(left)!.ChWallTypes, policy.FindVmLabel(right)!.ChWallTypes);
        var (forth, back) = (policy.ChineseWall.Between(one, other), policy.ChineseWall.Between(other, one));
        return (forth, back) switch
        {
            (not null, not null) => null,
            (null, null) => $"no conflict set keeps {Quote.Name(left)} and {Quote.Name(right)} apart",
            (null, _) => $"{Quote.Name(right)} may start while {Quote.Name(left)} runs, though not the other way round",
            _ => $"{Quote.Name(left)} may start while {Quote.Name(right)} runs, though not the other way round",
        };
    }

    private static Guarantee Flow(IsolationEvidence evidence, NoFlow demand)
    {
        var judged = evidence with { Mediators = evidence.Mediators.Union(demand.ExceptThrough) };
        var graph = new FlowGraph(evidence.Policy, judged.Mediators);
        var proven = demand.Transitively ? NoPossibleFlow.Prove(judged, graph, demand.From, demand.To) : NoDirectFlow.Prove(judged, graph, demand.From, demand.To);
        return proven with { Id = demand.Id };
    }

    private static Guarantee Shares(IsolationEvidence evidence, OnlySharesWith demand)
    {
        var policy = evidence.Policy;
        var label = policy.FindVmLabel(demand.Label)!;
        var other = policy.VmLabels.FirstOrDefault(other =>
            other.Name != demand.Label && other.Name != policy.Bootstrap && !demand.Others.Contains(other.Name) && TypeEnforcement.MayShare(policy, label, other));
        return other is null
            ? Guarantee.Holds(demand.Id, evidence, $"{Quote.Name(demand.Label)} shares with none but {Quote.Set(demand.Others)} and the host.")
            : Guarantee.Violated(demand.Id, $"{Sharing(policy, label, other)}.", new(Sharing(policy, label, other), [label.Name, other.Name], []));
    }

    private static string Sharing(AcmPolicy policy, VmLabel left, VmLabel right) =>
        (new FlowGraph(policy, ImmutableHashSet<string>.Empty).Direct(left.Name, right.Name) ?? new(left.Name, [new(null, right.Name)])).Sentence;

    private static Guarantee Alone(IsolationEvidence evidence, RunsAlone demand)
    {
        var others = evidence.Policy.VmLabels.Where(label => label.Name != demand.Label && label.Name != evidence.Policy.Bootstrap);
        return others.Select(label => (label.Name, How: Admitted(evidence.Policy, demand.Label, label.Name))).FirstOrDefault(pair => pair.How is not null) is { How: { } how } pair
            ? Guarantee.Violated(demand.Id, $"{how}.", new(how, [demand.Label, pair.Name], []))
            : Kept(evidence, demand.Id, (one, other) => demand.Label == one || demand.Label == other, $"Nothing may run beside {Quote.Name(demand.Label)} but its like.");
    }

    private static Guarantee Label(IsolationEvidence evidence, LabelIs demand)
    {
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown(demand.Id, IsolationEvidence.NoLog);
        }

        var named = history.Running.Where(vm => vm.Name == demand.Vm || vm.Uuid.ToString() == demand.Vm).ToList();
        if (named.Find(vm => vm.EffectiveLabel != demand.Label) is { } wrong)
        {
            var what = $"{Quote.Visible(wrong.Name)} runs under {Quote.Name(wrong.EffectiveLabel)}, and {Quote.Name(demand.Label)} is demanded";
            return Guarantee.Violated(demand.Id, $"{what}.", new(what, [wrong.EffectiveLabel], []));
        }

        return named.Count == 0 ? Guarantee.Unknown(demand.Id, $"no VM {Quote.Name(demand.Vm)} runs")
            : history.Gap is { } gap ? Guarantee.Unknown(demand.Id, gap)
            : Guarantee.Holds(demand.Id, evidence, $"{Quote.Visible(demand.Vm)} runs under {Quote.Name(demand.Label)}.");
    }

    private static Guarantee Resource(IsolationEvidence evidence, ResourceOnly demand)
    {
        var policy = evidence.Policy;
        if (policy.FindResourceLabel(demand.Resource) is not { } resource)
        {
            return Guarantee.Unknown(demand.Id, $"policy {policy} has no resource label {Quote.Name(demand.Resource)}");
        }

        var user = policy.VmLabels.FirstOrDefault(label => label.Name != policy.Bootstrap && !demand.Labels.Contains(label.Name) && TypeEnforcement.MayUse(policy, label, resource));
        if (user is null)
        {
            return Unknown(evidence, demand.Id, demand.Labels) ?? Guarantee.Holds(demand.Id, evidence, $"Resources with label {Quote.Name(demand.Resource)} are for {Quote.Set(demand.Labels)} and the host only.");
        }

        var what = policy.HasTypeEnforcement ? $"{Quote.Name(user.Name)} holds {Quote.Name(resource.SteType)}, the type of {Quote.Name(demand.Resource)}" : $"policy {policy} does not restrict what {Quote.Name(user.Name)} uses";
        return Guarantee.Violated(demand.Id, $"{what}.", new(what, [demand.Resource, user.Name], []));
    }

    private static Guarantee Unchanged(IsolationEvidence evidence, string id) =>
        evidence.History is not { } history ? Guarantee.Unknown(id, IsolationEvidence.NoLog)
        : history.PolicyChangedAt is { } record ? Guarantee.Violated(id, $"Record {record} changed the policy.", new("the policy was changed", [], [record]))
        : history.Gap is { } gap ? Guarantee.Unknown(id, gap)
        : Guarantee.Holds(id, evidence, $"Policy {evidence.Policy} has been in force since boot.");

    private static Guarantee? Unknown(IsolationEvidence evidence, string id, IEnumerable<string> labels) =>
        labels.FirstOrDefault(label => evidence.Policy.FindVmLabel(label) is null) is { } stranger
            ? Guarantee.Unknown(id, $"policy {evidence.Policy} has no VM label {Quote.Name(stranger)}")
            : null;

    private static string Word(GuaranteeStrength strength) => strength switch
    {
        GuaranteeStrength.Enforced => "enforced by the hypervisor",
        GuaranteeStrength.Gated => "kept by the agent's gate",
        GuaranteeStrength.Observed => "observed in the log",
        _ => "kept by nobody",
    };
}
