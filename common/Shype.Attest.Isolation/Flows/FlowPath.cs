using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Flows;

/// <summary>A way from one label to another.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="Steps">At least one.</param>
public sealed record FlowPath(string From, ImmutableArray<FlowStep> Steps)
{
    /// <summary>The labels in order.</summary>
    public ImmutableArray<string> Labels => [From, .. Steps.Select(step => step.To)];

    /// <summary>"'a' shares {t} with 'b', which shares {u} with 'c'".</summary>
    public string Sentence => Quote.Name(From) + string.Join(", which", Steps.Select(step => step.Type is null
        ? $" may share anything with {Quote.Name(step.To)}"
        : $" shares {Quote.Set([step.Type])} with {Quote.Name(step.To)}"));
}

/// <summary>One step of a way.</summary>
/// <param name="Type">The type that both ends hold; null where the policy does not restrict sharing.</param>
/// <param name="To">The label at the other end.</param>
public sealed record FlowStep(string? Type, string To);
