using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Isolation.Guarantees.Demands;

/// <summary>What a demand comes to for what runs now, and ran since boot.</summary>
internal static class RunningAnswers
{
    public static Guarantee Together(IsolationEvidence evidence, NeverTogether demand) =>
        ByHistory(evidence, demand.Id, history => Beside(history.Events, label => demand.Labels.Contains(label) ? label : null))
            ?? Guarantee.Holds(demand.Id, evidence, $"No two of {Quote.Set(demand.Labels)} ran together since boot.");

    public static Guarantee Alone(IsolationEvidence evidence, RunsAlone demand) =>
        ByHistory(evidence, demand.Id, history => Beside(history.Events, label => label == demand.Label ? Itself : Others))
            ?? Guarantee.Holds(demand.Id, evidence, $"Nothing ran beside {Quote.Name(demand.Label)} since boot but its like.");

    public static Guarantee Shares(IsolationEvidence evidence, OnlySharesWith demand)
    {
        var policy = evidence.Policy;
        var label = policy.FindVmLabel(demand.Label);
        bool IsForbidden(string other) => label is not null && !demand.Others.Contains(other) && policy.FindVmLabel(other) is { } found && TypeEnforcement.MayShare(policy, label, found);
        return ByHistory(evidence, demand.Id, history => Beside(history.Events, other => other == demand.Label ? Itself : IsForbidden(other) ? Others : null))
            ?? Guarantee.Holds(demand.Id, evidence, $"{Quote.Name(demand.Label)} ran since boot beside none that it may share with but {Quote.Set(demand.Others)} and the host.");
    }

    // Directly: everybody else passes nothing on.
    public static Guarantee Flow(IsolationEvidence evidence, NoFlow demand)
    {
        var mediators = demand.Transitively ? evidence.Mediators.Union(demand.ExceptThrough) : [.. evidence.Policy.VmLabels.Select(label => label.Name)];
        var proven = NoActualFlow.Prove(evidence with { Mediators = mediators }, demand.From, demand.To);
        return proven.Verdict == GuaranteeVerdict.Holds && !demand.Transitively
            ? proven with { Sentence = $"Nothing got from {Quote.Name(demand.From)} to {Quote.Name(demand.To)} directly since boot." }
            : proven;
    }

    public static Guarantee Resource(IsolationEvidence evidence, ResourceOnly demand) =>
        ByHistory(evidence, demand.Id, history => Used(history, demand))
            ?? Guarantee.Holds(demand.Id, evidence, $"Since boot no VM of another label than {Quote.Set(demand.Labels)} got a resource with label {Quote.Name(demand.Resource)}.");

    public static Guarantee Label(IsolationEvidence evidence, LabelIs demand)
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
            : history.Doubt is { } gap ? Guarantee.Unknown(demand.Id, gap)
            : Guarantee.Holds(demand.Id, evidence, $"{Quote.Visible(demand.Vm)} runs under {Quote.Name(demand.Label)}.");
    }

    public static Guarantee Unchanged(IsolationEvidence evidence, string id) =>
        evidence.History is not { } history ? Guarantee.Unknown(id, IsolationEvidence.NoLog)
        : history.PolicyChangedAt is { } record ? Guarantee.Violated(id, $"Record {record} changed the policy.", new("the policy was changed", [], [record]))
        : history.Doubt is { } gap ? Guarantee.Unknown(id, gap)
        : Guarantee.Holds(id, evidence, $"Policy {evidence.Policy} has been in force since boot.");

    private static Guarantee? ByHistory(IsolationEvidence evidence, string id, Func<IsolationHistory, Witness?> refute) =>
        evidence.History is not { } history ? Guarantee.Unknown(id, IsolationEvidence.NoLog)
        : refute(history) is { } witness ? Guarantee.Violated(id, $"{witness.Sentence}.", witness)
        : history.Gap is { } gap ? Guarantee.Unknown(id, gap)
        : null;

    /// <summary>The first start beside something that it must not be beside, the host apart: of another group than its own; a label without a group may run beside all.</summary>
    internal static Witness? Beside(ImmutableArray<LoggedEvent> events, Func<string, string?> groupOf)
    {
        var present = new GroupsPresent(groupOf);
        foreach (var (record, happened) in events)
        {
            switch (happened)
            {
                case VmStops { Uuid: var uuid }:
                    present.Remove(uuid);
                    break;
                case VmStarts { Vm: { IsHost: false } vm } when present.Add(vm, record) is { } witness:
                    return witness;
                case VmRelabels(var uuid, var label) when present.Relabel(uuid, label, record) is { } witness:
                    return witness;
            }
        }

        return null;
    }

    private static Witness? Used(IsolationHistory history, ResourceOnly demand)
    {
        var labels = new Dictionary<Guid, string>();
        foreach (var (record, happened) in history.Events)
        {
            switch (happened)
            {
                case VmStarts { Vm: { IsHost: false } vm }:
                    labels[vm.Uuid] = vm.EffectiveLabel;
                    break;
                case VmRelabels(var uuid, var label) when labels.ContainsKey(uuid):
                    labels[uuid] = label ?? SpecialLabels.Unlabeled;
                    break;
                case ResourceAttaches(var uuid, { IsChannel: false } resource) when resource.Label == demand.Resource && labels.TryGetValue(uuid, out var label) && !demand.Labels.Contains(label):
                    return new($"a VM under {Quote.Name(label)} got {resource.Sentence} with label {Quote.Name(demand.Resource)} (record {record})", [demand.Resource, label], [record]);
            }
        }

        return null;
    }

    private const string Itself = "itself";
    private const string Others = "others";
}
