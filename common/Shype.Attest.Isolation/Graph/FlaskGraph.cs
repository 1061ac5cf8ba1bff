using System.Collections.Immutable;
using Shype.Attest.Isolation.Flask;

namespace Shype.Attest.Isolation.Graph;

/// <summary>
/// The picture of a FLASK policy for Xen. Its flows go from one domain to another; those that several domains have alike are put together into
/// channels (every clique, and everything with the same targets), so that n domains of one kind are one line and not n times n.
/// </summary>
public static class FlaskGraph
{
    /// <summary>The graph of a policy's communication.</summary>
    /// <param name="policy">What to call it.</param>
    /// <param name="communication">Who reaches whom.</param>
    /// <param name="mediators">Domains that are trusted to pass nothing on.</param>
    public static IsolationGraph Of(string policy, FlaskCommunication communication, IReadOnlySet<string> mediators)
    {
        ArgumentNullException.ThrowIfNull(communication);
        ArgumentNullException.ThrowIfNull(mediators);
        var flows = communication.Direct.Where(flow => flow.From != flow.To).Select(flow => (flow.From, flow.To)).ToHashSet();
        var moving = flows.SelectMany(flow => (string[])[flow.From, flow.To]).ToHashSet(StringComparer.Ordinal);
        var domains = communication.Domains.ToHashSet(StringComparer.Ordinal);
        ImmutableArray<GraphNode> nodes =
        [
            .. communication.Nodes.Where(node => domains.Contains(node) || moving.Contains(node))
                .Select(node => new GraphNode(node, domains.Contains(node) ? GraphNodeKind.Domain : GraphNodeKind.Device, mediators.Contains(node), [], [])),
        ];
        var index = nodes.Index().ToDictionary(node => node.Item.Name, node => node.Index, StringComparer.Ordinal);
        var numbered = flows.Select(flow => (From: index[flow.From], To: index[flow.To])).Order().ToList();
        var inside = numbered.Where(flow => !nodes[flow.From].IsApart && !nodes[flow.To].IsApart);
        return new(policy, nodes, FlowBundles.Of(inside), Links(nodes, [.. numbered]), [])
        {
            LeftOut = communication.Nodes.Length - nodes.Length,
        };
    }

    /// <summary>The graph with the answer to whether anything can get from one to the other.</summary>
    public static IsolationGraph WithWitness(this IsolationGraph graph, ImmutableArray<FlaskFlow> path, string from, string to, string sentence)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph with { Witness = new(from, to, [.. path.Select(flow => new GraphStep(ChannelOf(graph, flow), flow.To))], sentence) };
    }

    private static int? ChannelOf(IsolationGraph graph, FlaskFlow flow)
    {
        var (from, to) = (graph.Find(flow.From), graph.Find(flow.To));
        foreach (var (index, channel) in graph.Channels.Index())
        {
            if (channel.Members.Any(member => member.Node == from && member.Role != ChannelRole.Receives)
                && channel.Members.Any(member => member.Node == to && member.Role != ChannelRole.Sends))
            {
                return index;
            }
        }

        return null;
    }

    private static ImmutableArray<GraphLink> Links(ImmutableArray<GraphNode> nodes, HashSet<(int From, int To)> flows)
    {
        var pairs = flows.Where(flow => nodes[flow.From].IsApart || nodes[flow.To].IsApart)
            .Select(flow => nodes[flow.From].IsApart && (!nodes[flow.To].IsApart || flow.From < flow.To) ? flow : (From: flow.To, To: flow.From))
            .Distinct()
            .Order();
        return
        [
            .. pairs.Select(pair => new GraphLink(pair.From, pair.To, (flows.Contains(pair), flows.Contains((pair.To, pair.From))) switch
            {
                (true, true) => ChannelRole.Both,
                (true, false) => ChannelRole.Sends,
                _ => ChannelRole.Receives,
            })),
        ];
    }
}
