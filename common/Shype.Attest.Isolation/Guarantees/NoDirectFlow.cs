using Shype.Attest.Isolation.Flows;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>G12: two labels have no type in common, so that their VMs cannot share directly.</summary>
public static class NoDirectFlow
{
    /// <summary>The guarantee for two labels, in every state that the policy admits.</summary>
    public static Guarantee Prove(IsolationEvidence evidence, FlowGraph graph, string from, string to)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(graph);
        return NoPossibleFlow.Unknown("G12", evidence, graph, from, to)
            ?? (graph.Direct(from, to) is { } path
                ? Guarantee.Violated("G12", $"{path.Sentence}.", new(path.Sentence, path.Labels, []))
                : Guarantee.Holds("G12", evidence, $"{Quote.Name(from)} and {Quote.Name(to)} have no type in common."));
    }
}
