using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>
/// Who may talk to whom, as a picture needs it: nodes, channels between them, the nodes that are drawn apart, and the islands that remain without those.
/// Nothing gets from one island to another but through a node that is drawn apart.
/// </summary>
public sealed record IsolationGraph
{
    internal IsolationGraph(string policy, ImmutableArray<GraphNode> nodes, ImmutableArray<GraphChannel> channels, ImmutableArray<GraphLink> links, ImmutableArray<GraphConflictSet> sets)
    {
        (Policy, Nodes, Channels, Links, ConflictSets) = (policy, nodes, channels, links, sets);
        Islands = IslandSearch.Find(this);
    }

    /// <summary>What the policy calls itself.</summary>
    public string Policy { get; }

    /// <summary>Labels, or domains.</summary>
    public ImmutableArray<GraphNode> Nodes { get; }

    /// <summary>What joins them.</summary>
    public ImmutableArray<GraphChannel> Channels { get; }

    /// <summary>What joins those that are drawn apart to others, where no channel does.</summary>
    public ImmutableArray<GraphLink> Links { get; }

    /// <summary>The conflict sets.</summary>
    public ImmutableArray<GraphConflictSet> ConflictSets { get; }

    /// <summary>Nodes that reach each other without those that are drawn apart; last the channels that only those hold, if any.</summary>
    public ImmutableArray<GraphIsland> Islands { get; }

    /// <summary>The way that was asked for.</summary>
    public GraphWitness? Witness { get; init; }

    /// <summary>Whether a log says what runs; without one nothing is said about VMs.</summary>
    public bool HasVms { get; init; }

    /// <summary>Types that nothing reaches and that reach nothing, left out of the picture.</summary>
    public int LeftOut { get; init; }

    /// <summary>Indices of the nodes that are drawn apart, the host first.</summary>
    public IEnumerable<int> Apart => Enumerable.Range(0, Nodes.Length).Where(node => Nodes[node].IsApart).OrderBy(node => Nodes[node].Kind == GraphNodeKind.Host ? 0 : 1);

    /// <summary>Index of the node of that name; null where there is none.</summary>
    public int? Find(string name) => Nodes.Index().FirstOrDefault(node => node.Item.Name == name, (-1, null!)) is (>= 0 and var index, _) ? index : null;
}

/// <summary>Nodes that reach each other, and what joins them.</summary>
/// <param name="Nodes">Indices, in the order of drawing.</param>
/// <param name="Channels">Indices, in the order of drawing.</param>
public sealed record GraphIsland(ImmutableArray<int> Nodes, ImmutableArray<int> Channels);
