using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees.Demands;

/// <summary>What a demand comes to in every state that the policy admits.</summary>
internal static class AdmittedAnswers
{
    public static Guarantee Together(IsolationEvidence evidence, NeverTogether demand)
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
                    return Guarantee.Violated(demand.Id, $"{Sentences.Capital(how)}.", new(how, [demand.Labels[i], demand.Labels[j]], []));
                }
            }
        }

        return Guarantee.Holds(demand.Id, evidence, $"No two of {Quote.Set(demand.Labels)} may run together.");
    }

    public static Guarantee Flow(IsolationEvidence evidence, NoFlow demand)
    {
        var judged = evidence with { Mediators = evidence.Mediators.Union(demand.ExceptThrough) };
        var graph = new FlowGraph(evidence.Policy, judged.Mediators);
        return demand.Transitively ? NoPossibleFlow.Prove(judged, graph, demand.From, demand.To) : NoDirectFlow.Prove(judged, graph, demand.From, demand.To);
    }

    public static Guarantee Shares(IsolationEvidence evidence, OnlySharesWith demand)
    {
        if (Unknown(evidence, demand.Id, [demand.Label, .. demand.Others]) is { } unknown)
        {
            return unknown;
        }

        var policy = evidence.Policy;
        var label = policy.FindVmLabel(demand.Label)!;
        var other = policy.VmLabels.FirstOrDefault(other =>
            other.Name != demand.Label && other.Name != policy.Bootstrap && !demand.Others.Contains(other.Name) && TypeEnforcement.MayShare(policy, label, other));
        return other is null
            ? Guarantee.Holds(demand.Id, evidence, $"{Quote.Name(demand.Label)} shares with none but {Quote.Set(demand.Others)} and the host.")
            : Guarantee.Violated(demand.Id, $"{Sharing(policy, label, other)}.", new(Sharing(policy, label, other), [label.Name, other.Name], []));
    }

    public static Guarantee Alone(IsolationEvidence evidence, RunsAlone demand)
    {
        if (Unknown(evidence, demand.Id, [demand.Label]) is { } unknown)
        {
            return unknown;
        }

        var others = evidence.Policy.VmLabels.Where(label => label.Name != demand.Label && label.Name != evidence.Policy.Bootstrap);
        return others.Select(label => (label.Name, How: Admitted(evidence.Policy, demand.Label, label.Name))).FirstOrDefault(pair => pair.How is not null) is { How: { } how } pair
            ? Guarantee.Violated(demand.Id, $"{Sentences.Capital(how)}.", new(how, [demand.Label, pair.Name], []))
            : Guarantee.Holds(demand.Id, evidence, $"Nothing may run beside {Quote.Name(demand.Label)} but its like.");
    }

    public static Guarantee Resource(IsolationEvidence evidence, ResourceOnly demand)
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
        return Guarantee.Violated(demand.Id, $"{Sentences.Capital(what)}.", new(what, [demand.Resource, user.Name], []));
    }

    internal static string Sharing(AcmPolicy policy, VmLabel left, VmLabel right) =>
        (new FlowGraph(policy, ImmutableHashSet<string>.Empty).Direct(left.Name, right.Name) ?? new(left.Name, [new(null, right.Name)])).Sentence;

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

    private static Guarantee? Unknown(IsolationEvidence evidence, string id, IEnumerable<string> labels) =>
        labels.FirstOrDefault(label => evidence.Policy.FindVmLabel(label) is null) is { } stranger
            ? Guarantee.Unknown(id, $"policy {evidence.Policy} has no VM label {Quote.Name(stranger)}")
            : null;
}
