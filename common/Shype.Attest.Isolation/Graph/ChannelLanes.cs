namespace Shype.Attest.Isolation.Graph;

/// <summary>Gives each channel of an island a lane to run down in; two share one where the one ends before the other begins.</summary>
internal static class ChannelLanes
{
    /// <summary>For each channel its lane, and how many its island has.</summary>
    public static Dictionary<int, (int Lane, int Count)> Of(IsolationGraph graph)
    {
        var lanes = new Dictionary<int, (int Lane, int Count)>();
        foreach (var island in graph.Islands)
        {
            var place = island.Nodes.Index().ToDictionary(node => node.Item, node => node.Index);
            var ends = new List<int>();
            var given = new List<(int Channel, int Lane)>();
            foreach (var channel in island.Channels)
            {
                var rows = graph.Channels[channel].Members.Where(member => place.ContainsKey(member.Node)).Select(member => place[member.Node]).DefaultIfEmpty().ToList();
                var lane = island.Nodes.IsEmpty ? 0 : ends.FindIndex(end => end < rows.Min());
                if (lane < 0 || lane == ends.Count)
                {
                    lane = ends.Count;
                    ends.Add(0);
                }

                ends[lane] = rows.Max();
                given.Add((channel, lane));
            }

            given.ForEach(one => lanes.Add(one.Channel, (one.Lane, ends.Count)));
        }

        return lanes;
    }
}
