using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>Which way a member of a channel takes part.</summary>
public enum ChannelRole
{
    /// <summary>It sends and receives.</summary>
    Both,

    /// <summary>It only sends.</summary>
    Sends,

    /// <summary>It only receives.</summary>
    Receives,
}

/// <summary>
/// What lets several nodes reach each other at once: a Type Enforcement type, or the same flows of several FLASK domains. Every member that sends reaches
/// every member that receives. One line instead of a line for each pair is what keeps a picture of many nodes readable.
/// </summary>
/// <param name="Name">The type; null where the channel has no name.</param>
/// <param name="Members">Who takes part.</param>
/// <param name="Resources">Labels of resources that are used through it.</param>
public sealed record GraphChannel(string? Name, ImmutableArray<ChannelMember> Members, ImmutableArray<string> Resources);

/// <summary>One member of a channel.</summary>
/// <param name="Node">Index of the node.</param>
/// <param name="Role">Which way it takes part.</param>
public readonly record struct ChannelMember(int Node, ChannelRole Role);

/// <summary>What a node that is drawn apart exchanges with another one directly.</summary>
/// <param name="Apart">Index of the node that is drawn apart.</param>
/// <param name="Node">Index of the other.</param>
/// <param name="Role">Which way the node that is drawn apart takes part.</param>
public readonly record struct GraphLink(int Apart, int Node, ChannelRole Role);

/// <summary>Chinese Wall types of which one at most may run.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Types">Its types.</param>
/// <param name="Running">Those of them that run now.</param>
public sealed record GraphConflictSet(string Name, ImmutableArray<string> Types, ImmutableArray<string> Running)
{
    /// <summary>Whether two types run together that never may.</summary>
    public bool IsViolated => Running.Length > 1;
}

/// <summary>What was asked of the policy, and its answer.</summary>
/// <param name="From">The label that something would come from.</param>
/// <param name="To">The label that it would get to.</param>
/// <param name="Steps">The shortest way; empty where there is none.</param>
/// <param name="Sentence">The answer in words.</param>
public sealed record GraphWitness(string From, string To, ImmutableArray<GraphStep> Steps, string Sentence)
{
    /// <summary>Whether there is a way.</summary>
    public bool Exists => !Steps.IsEmpty;
}

/// <summary>One step of a way.</summary>
/// <param name="Channel">Index of the channel; null where it goes over a link.</param>
/// <param name="To">The label at its end.</param>
public readonly record struct GraphStep(int? Channel, string To);
