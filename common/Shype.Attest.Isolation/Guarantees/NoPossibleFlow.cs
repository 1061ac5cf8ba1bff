using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G13: nothing can get from one label to another over any number of others, mediators apart, in any state that the policy admits.</summary>
public static class NoPossibleFlow
{
    /// <summary>The guarantee for two labels; the graph is the policy's without the mediators.</summary>
    public static Guarantee Prove(IsolationEvidence evidence, FlowGraph graph, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(graph);
        return Unknown("G13", evidence, graph, from, to)
            ?? (graph.Shortest(from, to) is { } path
                ? Guarantee.Violated("G13", $"{path.Sentence}.", new(path.Sentence, path.Labels, []))
                : Guarantee.Holds("G13", evidence, $"Nothing can get from {Quote.Name(from)} to {Quote.Name(to)}{Apart(evidence)}."));
    }

    internal static Guarantee? Unknown(string id, IsolationEvidence evidence, FlowGraph graph, string from, string to) =>
        !graph.Knows(from) ? Guarantee.Unknown(id, $"policy {evidence.Policy} has no label {Quote.Name(from)}")
        : !graph.Knows(to) ? Guarantee.Unknown(id, $"policy {evidence.Policy} has no label {Quote.Name(to)}")
        : null;

    internal static string Apart(IsolationEvidence evidence) => evidence.Mediators.IsEmpty ? "" : $" unless {Quote.Set([.. evidence.Mediators.Order(StringComparer.Ordinal)])} passes it on";
}
