using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees;
using Shype.Attest.Isolation.Guarantees.Demands;

namespace Shype.Attest.Isolation.Flask.Guarantees;

/// <summary>
/// Proves or refutes demands over a binary policy for Xen, for every state that it admits and for what runs. A label is a type or a full context; one that the policy does not have
/// makes every answer unknown.
/// </summary>
public static class FlaskDemandProof
{
    /// <summary>The answer to one demand.</summary>
    public static Guarantee Prove(FlaskEvidence evidence, Demand demand)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(demand);
        return demand switch
        {
            NoFlow flow => Judge(evidence, flow.Id, [flow.From, flow.To, .. flow.ExceptThrough], (reach, labels) => Flow(evidence, flow, reach, labels), isCarried: true),
            OnlySharesWith only => Judge(evidence, only.Id, [only.Label, .. only.Others], (reach, labels) => Shares(evidence, only, reach, labels)),
            ResourceOnly only => Judge(evidence, only.Id, [only.Resource, .. only.Labels], (reach, labels) => Resource(evidence, only, reach, labels)),
            NeverTogether never => DemandProof.Both(
                never.Id,
                FlaskRunning.Beside(evidence, never.Id, never.Labels, (vm, named) => Covering(vm, named), $"No two of {Quote.Set(never.Labels)} ran together since boot."),
                Guarantee.Unknown(never.Id, NoNotion)),
            RunsAlone alone => DemandProof.Both(
                alone.Id,
                FlaskRunning.Beside(evidence, alone.Id, [alone.Label], (vm, named) => Covering(vm, named) ?? "others", $"Nothing ran beside {Quote.Name(alone.Label)} since boot but its like."),
                Guarantee.Unknown(alone.Id, NoNotion)),
            LabelIs label => DemandProof.ByLog(FlaskRunning.Label(evidence, label), "no policy says which VM runs under which label"),
            PolicyUnchanged unchanged => DemandProof.ByLog(FlaskGuarantees.Unchanged(evidence, unchanged.Id), "no policy says what may take its place tomorrow"),
            EnforcedBy by => DemandProof.Keeper(evidence.Keeper, by),
            GuaranteeHolds(var id) => FlaskGuarantees.Prove(evidence, id),
            _ => throw new ArgumentException($"no proof for {demand.Id}", nameof(demand)),
        };
    }

    private static Guarantee Judge(FlaskEvidence evidence, string id, IReadOnlyList<string> names, Func<FlaskReach, ImmutableArray<FlaskLabel>, Guarantee> judge, bool isCarried = false)
    {
        var labels = ImmutableArray.CreateBuilder<FlaskLabel>();
        var mediators = ImmutableArray.CreateBuilder<FlaskLabel>();
        foreach (var (name, isMediator) in names.Select(name => (name, false)).Concat(evidence.Mediators.Order(StringComparer.Ordinal).Select(name => (name, true))))
        {
            if (FlaskLabels.Find(evidence.Policy, name) is not { } label)
            {
                var unknown = Guarantee.Unknown(id, FlaskRunning.NoLabel(evidence.Policy, name));
                return unknown with { Now = unknown, Always = unknown };
            }

            (isMediator ? mediators : labels).Add(label);
        }

        IReadOnlyList<FlaskLabel> all = [.. labels, .. mediators];
        var always = FlaskReach.Admitted(evidence, all, out var missing) is { } admitted ? judge(admitted, [.. labels]) : Guarantee.Unknown(id, missing!);
        return DemandProof.Both(id, FlaskRunning.Judge(evidence, id, all, isCarried, reach => judge(reach, [.. labels])), always);
    }

    private static Guarantee Flow(FlaskEvidence evidence, NoFlow demand, FlaskReach reach, ImmutableArray<FlaskLabel> labels)
    {
        var mediators = labels.Skip(2).Concat(evidence.Mediators.Select(name => FlaskLabels.Find(evidence.Policy, name)!)).ToList();
        return reach.Way(labels[0], labels[1], demand.Transitively, mediators) is { } way
            ? Guarantee.Violated(demand.Id, $"{way.Sentence}.", way)
            : Guarantee.Holds(demand.Id, evidence.Keeper, demand.Transitively
                ? NoWay(demand.From, demand.To, mediators.Select(label => label.Text))
                : $"Nothing can get from {Quote.Name(demand.From)} to {Quote.Name(demand.To)} in one step.");
    }

    /// <summary>That there is no way, as one sentence.</summary>
    public static string NoWay(string from, string to, IEnumerable<string> mediators) =>
        mediators.Distinct().Order(StringComparer.Ordinal).ToImmutableArray() is { IsEmpty: false } apart
            ? $"Nothing can get from {Quote.Name(from)} to {Quote.Name(to)} unless {Quote.Set(apart)} passes it on."
            : $"Nothing can get from {Quote.Name(from)} to {Quote.Name(to)}.";

    private static Guarantee Shares(FlaskEvidence evidence, OnlySharesWith demand, FlaskReach reach, ImmutableArray<FlaskLabel> labels) =>
        Outsider(reach, labels, excepted: labels) is { } way
            ? Guarantee.Violated(demand.Id, $"{way.Sentence}.", way)
            : Guarantee.Holds(demand.Id, evidence.Keeper, $"{Quote.Name(demand.Label)} reaches no domain in one step, and is reached by none, but {Quote.Set(demand.Others)}.");

    private static Guarantee Resource(FlaskEvidence evidence, ResourceOnly demand, FlaskReach reach, ImmutableArray<FlaskLabel> labels) =>
        Outsider(reach, labels, excepted: labels) is { } way
            ? Guarantee.Violated(demand.Id, $"{way.Sentence}.", way)
            : Guarantee.Holds(demand.Id, evidence.Keeper, $"No domain but {Quote.Set(demand.Labels)} may use {Quote.Name(demand.Resource)}.");

    // A flow of one step, either way, between the first label and a domain that is none of the excepted.
    private static Witness? Outsider(FlaskReach reach, ImmutableArray<FlaskLabel> labels, ImmutableArray<FlaskLabel> excepted)
    {
        var known = excepted.SelectMany(reach.NodesOf).ToHashSet(StringComparer.Ordinal);
        foreach (var node in reach.NodesOf(labels[0]))
        {
            foreach (var domain in reach.Domains.Where(domain => !known.Contains(domain)))
            {
                if ((reach.Between(node, domain) ?? reach.Between(domain, node)) is { } flow)
                {
                    return new(flow.Sentence, [flow.From, flow.To], []);
                }
            }
        }

        return null;
    }

    // Which of the named labels mean the VM: two that are meant by the same are of one kind.
    private static string? Covering(FlaskLabel vm, List<FlaskLabel> named) =>
        named.Exists(label => label.Covers(vm)) ? string.Join(' ', named.Select((label, index) => label.Covers(vm) ? index : -1).Where(index => index >= 0)) : null;

    private const string NoNotion = "FLASK does not know which domains run at the same time: only a launch gate's Chinese Wall, or the log, can keep two from running together";
}
