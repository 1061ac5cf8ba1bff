using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>
/// G12 to G14 where nobody names two labels: for every two that the policy itself keeps from running together, since what must not run side by side must not tell each other either.
/// </summary>
public static class Rivals
{
    /// <summary>G12 for all of them.</summary>
    public static Guarantee ProveDirect(IsolationEvidence evidence) => Prove("G12", evidence, (graph, from, to) => NoDirectFlow.Prove(evidence, graph, from, to));

    /// <summary>G13 for all of them.</summary>
    public static Guarantee ProvePossible(IsolationEvidence evidence) => Prove("G13", evidence, (graph, from, to) => NoPossibleFlow.Prove(evidence, graph, from, to));

    /// <summary>G14 for all of them, both ways.</summary>
    public static Guarantee ProveActual(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.History is not { } history)
        {
            return Guarantee.Unknown("G14", IsolationEvidence.NoLog);
        }

        var pairs = Pairs(evidence.Policy);
        var ran = history.Events.Select(logged => logged.Event switch { VmStarts { Vm: var vm } => vm.EffectiveLabel, VmRelabels { Label: { } label } => label, _ => null })
            .OfType<string>().Append(evidence.Policy.Bootstrap).ToHashSet(StringComparer.Ordinal);
        var left = MaxSteps;
        foreach (var (from, to) in pairs.Concat(pairs.Select(pair => (pair.Other, pair.One))).Where(pair => ran.Contains(pair.Item1) && ran.Contains(pair.Item2)).GroupBy(pair => pair.Item1, pair => pair.Item2)
            .Select(group => (group.Key, group.ToImmutableHashSet())))
        {
            if (left == 0)
            {
                break;
            }

            if (ActualFlow.Find(history, evidence.Mediators, from, to, ref left) is { } witness)
            {
                return Guarantee.Violated("G14", $"Something could get from {Quote.Name(from)} to {Quote.Name(witness.Path[^1])}: {witness.Sentence}.", witness);
            }
        }

        return pairs.IsEmpty ? NoPairs("G14")
            : (left == 0 ? NoActualFlow.TooLong : NoActualFlow.Open(evidence, history)) is { } open ? Guarantee.Unknown("G14", open)
            : Guarantee.Holds("G14", evidence, $"Nothing got between any of the {pairs.Length} pairs of labels that may not run together, since boot{NoPossibleFlow.Apart(evidence)}.");
    }

    private static Guarantee Prove(string id, IsolationEvidence evidence, Func<FlowGraph, string, string, Guarantee> prove)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var graph = new FlowGraph(evidence.Policy, evidence.Mediators);
        var pairs = Pairs(evidence.Policy);
        var refuted = pairs.Where(pair => graph.AreConnected(pair.One, pair.Other)).Select(pair => prove(graph, pair.One, pair.Other)).FirstOrDefault(found => found.Verdict != GuaranteeVerdict.Holds);
        return refuted ?? (pairs.IsEmpty ? NoPairs(id) : Guarantee.Holds(id, evidence, id == "G12"
            ? $"None of the {pairs.Length} pairs of labels that may not run together have a type in common."
            : $"Nothing can get between any of the {pairs.Length} pairs of labels that may not run together{NoPossibleFlow.Apart(evidence)}."));
    }

    private static ImmutableArray<(string One, string Other)> Pairs(AcmPolicy policy)
    {
        var rows = PolicyTables.Of(policy).Rows().ToList();
        return [.. rows.SelectMany((one, index) => rows.Skip(index + 1).Where(other => one.KeepsOut(other) || other.KeepsOut(one)).Select(other => (one.Label.Name, other.Label.Name)))];
    }

    // Of all labels that must not run together with another, each followed through the whole log.
    private const int MaxSteps = 8 * ActualFlow.MaxSteps;

    private static Guarantee NoPairs(string id) =>
        Guarantee.Unknown(id, "nobody says which labels must be kept apart: no conflict set keeps any two from running together, and no demand (no-flow) names any");
}
