using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>Puts flows between pairs together into channels: exactly the same flows, no other and none lost.</summary>
internal static class FlowBundles
{
    public static ImmutableArray<GraphChannel> Of(IEnumerable<(int From, int To)> flows)
    {
        var targets = flows.GroupBy(flow => flow.From, flow => flow.To).ToDictionary(group => group.Key, group => group.ToImmutableSortedSet());
        // Those that reach the same and each other: a clique with what it reaches.
        var alike = targets.GroupBy(entry => Key(entry.Value.Add(entry.Key))).Where(group => group.Count() > 1).ToList();
        var taken = alike.SelectMany(group => group.Select(entry => entry.Key)).ToHashSet();
        var channels = alike.Select(group => (Senders: group.Select(entry => entry.Key).ToList(), Receivers: group.First().Value.Add(group.First().Key)))
            .Concat(targets.Where(entry => !taken.Contains(entry.Key))
                .GroupBy(entry => Key(entry.Value))
                .Select(group => (Senders: group.Select(entry => entry.Key).ToList(), Receivers: group.First().Value)))
            .OrderBy(channel => channel.Senders.Min());
        return [.. channels.Select(channel => new GraphChannel(Name: null, Members(channel.Senders, channel.Receivers), []))];
    }

    private static ImmutableArray<ChannelMember> Members(List<int> senders, ImmutableSortedSet<int> receivers) =>
    [
        .. receivers.Union(senders).Select(node => new ChannelMember(node, (senders.Contains(node), receivers.Contains(node)) switch
        {
            (true, true) => ChannelRole.Both,
            (true, false) => ChannelRole.Sends,
            _ => ChannelRole.Receives,
        })),
    ];

    private static string Key(ImmutableSortedSet<int> nodes) => string.Join(',', nodes);
}
