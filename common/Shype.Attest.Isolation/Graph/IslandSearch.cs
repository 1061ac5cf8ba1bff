using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>Finds the islands, and puts next to each other what stands in one conflict set.</summary>
internal static class IslandSearch
{
    public static ImmutableArray<GraphIsland> Find(IsolationGraph graph)
    {
        var parent = Enumerable.Range(0, graph.Nodes.Length).ToArray();
        var inside = graph.Channels.Select(channel => channel.Members.Select(member => member.Node).Where(node => !graph.Nodes[node].IsApart).ToList()).ToList();
        foreach (var members in inside)
        {
            members.Skip(1).ToList().ForEach(node => parent[Root(node)] = Root(members[0]));
        }

        var channelsOf = Enumerable.Range(0, inside.Count).Where(channel => inside[channel].Count > 0).ToLookup(channel => Root(inside[channel][0]));
        var firstSet = FirstSets(graph);
        var islands = Enumerable.Range(0, graph.Nodes.Length).Where(node => !graph.Nodes[node].IsApart)
            .GroupBy(Root)
            .Select(island => Ordered(graph, [.. island], [.. channelsOf[island.Key]], firstSet))
            .OrderBy(island => island.Nodes.Min(node => firstSet[node]))
            .ThenBy(island => graph.Nodes[island.Nodes[0]].Name, StringComparer.Ordinal)
            .ToList();
        int[] between = [.. Enumerable.Range(0, inside.Count).Where(channel => inside[channel].Count == 0)];
        return [.. islands, .. between.Length == 0 ? [] : (GraphIsland[])[new([], [.. between])]];

        int Root(int node)
        {
            while (parent[node] != node)
            {
                node = parent[node] = parent[parent[node]];
            }

            return node;
        }
    }

    // Nodes with the same channels stand together, so that the channels' lines stay short.
    private static GraphIsland Ordered(IsolationGraph graph, ImmutableArray<int> nodes, ImmutableArray<int> channels, int[] firstSet)
    {
        var held = nodes.ToDictionary(node => node, _ => new List<int>());
        foreach (var channel in channels)
        {
            foreach (var member in graph.Channels[channel].Members)
            {
                held.GetValueOrDefault(member.Node)?.Add(channel);
            }
        }

        ImmutableArray<int> ordered =
        [
            .. nodes.OrderBy(node => held[node].Count == 0 ? int.MaxValue : held[node][0])
                .ThenBy(node => firstSet[node])
                .ThenBy(node => held[node].Count)
                .ThenBy(node => graph.Nodes[node].Name, StringComparer.Ordinal),
        ];
        var place = ordered.Index().ToDictionary(node => node.Item, node => node.Index);
        return new(ordered, [.. channels.OrderBy(channel => graph.Channels[channel].Members.Where(member => place.ContainsKey(member.Node)).Min(member => place[member.Node])).ThenBy(channel => channel)]);
    }

    private static int[] FirstSets(IsolationGraph graph) =>
    [
        .. graph.Nodes.Select(node => graph.ConflictSets.Index()
            .Where(set => set.Item.Types.Any(type => node.WallTypes.Contains(type, StringComparer.Ordinal)))
            .Select(set => set.Index)
            .FirstOrDefault(int.MaxValue)),
    ];
}
