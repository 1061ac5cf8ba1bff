using System.Collections.Immutable;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Isolation.Flask;
using Shype.Attest.Isolation.Flask.Guarantees;
using Shype.Attest.Isolation.Flows;
using Shype.Attest.Isolation.Guarantees;

namespace Shype.Attest.Cli.Output;

/// <summary>A way between two labels in a sentence, or that there is none: the same in <c>explain</c> and in the picture.</summary>
internal static class FlowWords
{
    public static string Of(AcmPolicy policy, FlowGraph graph, ImmutableHashSet<string> mediators, FlowPath? path, string from, string to) =>
        path is null ? NoPossibleFlow.Prove(new(policy, null) { Mediators = mediators }, graph, from, to).Sentence : $"{path.Sentence}.";

    public static string Of(ImmutableArray<FlaskFlow> path, ImmutableHashSet<string> mediators, string from, string to) =>
        path.IsEmpty ? FlaskDemandProof.NoWay(from, to, mediators) : $"{string.Join(", then ", path.Select(flow => flow.Sentence))}.";
}
