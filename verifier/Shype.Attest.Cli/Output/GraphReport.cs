using System.Collections.Immutable;
using Shype.Attest.Isolation.Graph;

namespace Shype.Attest.Cli.Output;

/// <summary>Who may talk to whom, in JSON: what the picture of <c>shype isolation graph</c> shows.</summary>
/// <param name="Policy">What the policy calls itself.</param>
/// <param name="Nodes">Labels, or domains.</param>
/// <param name="Edges">What joins them: every member that sends reaches every member that receives.</param>
/// <param name="Sets">Conflict sets.</param>
/// <param name="Islands">Names of nodes that reach each other without those that are apart.</param>
/// <param name="Way">The way that was asked for; null where none was.</param>
public sealed record GraphReport(
    string Policy, IReadOnlyList<GraphNodeReport> Nodes, IReadOnlyList<GraphEdgeReport> Edges, IReadOnlyList<GraphSetReport> Sets, IReadOnlyList<IReadOnlyList<string>> Islands, FlowReport? Way)
{
    /// <summary>The report of a graph.</summary>
    public static GraphReport Of(IsolationGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        string Name(int node) => graph.Nodes[node].Name;
        return new(
            graph.Policy,
            [.. graph.Nodes.Select(node => new GraphNodeReport(node.Name, Word(node.Kind), node.IsMediator, node.IsApart, graph.HasVms ? node.Vms : null, node.WallTypes))],
            [
                .. graph.Channels.Select(channel => new GraphEdgeReport(
                    channel.Name, [.. channel.Members.Select(member => new GraphMemberReport(Name(member.Node), Word(member.Role)))], channel.Resources)),
                .. graph.Links.Select(link => new GraphEdgeReport(
                    null, [new(Name(link.Apart), Word(link.Role)), new(Name(link.Node), Word(Opposite(link.Role)))], [])),
            ],
            [.. graph.ConflictSets.Select(set => new GraphSetReport(set.Name, set.Types, graph.HasVms ? set.Running : null))],
            [.. graph.Islands.Where(island => !island.Nodes.IsEmpty).Select(island => island.Nodes.Select(Name).ToImmutableArray())],
            graph.Witness is { } witness
                ? new(witness.From, witness.To, witness.Exists, witness.Sentence, witness.Exists ? [witness.From, .. witness.Steps.Select(step => step.To)] : [], [.. witness.Steps.Select(step => step.Channel is { } channel ? graph.Channels[channel].Name : null)])
                : null);
    }

    private static ChannelRole Opposite(ChannelRole role) => role switch
    {
        ChannelRole.Sends => ChannelRole.Receives,
        ChannelRole.Receives => ChannelRole.Sends,
        _ => role,
    };

    private static string Word(ChannelRole role) => role switch
    {
        ChannelRole.Sends => "sends",
        ChannelRole.Receives => "receives",
        _ => "both",
    };

    private static string Word(GraphNodeKind kind) => kind switch
    {
        GraphNodeKind.Host => "host",
        GraphNodeKind.UnknownLabel => "unknown-label",
        GraphNodeKind.Domain => "domain",
        GraphNodeKind.Device => "device",
        _ => "label",
    };
}

/// <summary>A node in JSON.</summary>
/// <param name="Name">The label or type.</param>
/// <param name="Kind">host, label, unknown-label, domain or device.</param>
/// <param name="Mediator">Whether it was declared to pass nothing on.</param>
/// <param name="Apart">Whether it is left out of islands: a mediator, or the host.</param>
/// <param name="Vms">Names of VMs that run under it; null without a log.</param>
/// <param name="WallTypes">Its Chinese Wall types.</param>
public sealed record GraphNodeReport(string Name, string Kind, bool Mediator, bool Apart, IReadOnlyList<string>? Vms, IReadOnlyList<string> WallTypes);

/// <summary>An edge between two or more nodes in JSON.</summary>
/// <param name="Type">The Type Enforcement type; null where flows have no name.</param>
/// <param name="Members">Who takes part.</param>
/// <param name="Resources">Labels of resources that are used through it.</param>
public sealed record GraphEdgeReport(string? Type, IReadOnlyList<GraphMemberReport> Members, IReadOnlyList<string> Resources);

/// <summary>A member of an edge in JSON.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Role">both, sends or receives.</param>
public sealed record GraphMemberReport(string Node, string Role);

/// <summary>A conflict set in JSON.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Types">Its Chinese Wall types.</param>
/// <param name="Running">Those that run; null without a log.</param>
public sealed record GraphSetReport(string Name, IReadOnlyList<string> Types, IReadOnlyList<string>? Running);
