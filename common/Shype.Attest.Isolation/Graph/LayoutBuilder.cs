using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>
/// Places a graph from top to bottom: title, the nodes drawn apart, islands, legend. Those apart go down on the left as rails past all islands, conflict sets stand
/// on the right at the height of their labels. So lines are only ever straight down or across, and how many there are grows with the policy, not with its square.
/// </summary>
internal sealed class LayoutBuilder
{
    private readonly IsolationGraph _graph;
    private readonly GraphLayout _layout;
    private readonly Dictionary<int, (int Lane, int Count)> _lanes;
    private int _y;

    private LayoutBuilder(IsolationGraph graph)
    {
        _graph = graph;
        _layout = new GraphLayout(graph);
        _lanes = ChannelLanes.Of(graph);
        var apart = graph.Apart.Count();
        _layout.IslandX = apart == 0 ? Measures.Margin : Measures.Margin + Measures.RailInset + (apart * Measures.RailGap) + Measures.Gap;
        _layout.CardX = _layout.IslandX + Measures.BusInset + (_lanes.Values.Select(lane => lane.Count).DefaultIfEmpty(1).Max() * Measures.BusGap) + Measures.Gap;
        _layout.CardRight = _layout.CardX + Measures.NameWidth + (graph.HasVms ? Measures.VmsWidth : Measures.ResourcesWidth);
    }

    public static GraphLayout Place(IsolationGraph graph)
    {
        var builder = new LayoutBuilder(graph);
        builder.PlaceHead();
        builder.PlaceApart();
        foreach (var island in graph.Islands)
        {
            builder.PlaceIsland(island);
        }

        builder.PlaceRails();
        ConflictColumns.Place(builder._layout);
        builder._layout.LegendY = Math.Max(builder._y, builder._layout.Sets.Select(set => set.Box.Bottom + Measures.Gap).DefaultIfEmpty().Max());
        builder._layout.Height = builder._layout.LegendY + Measures.LegendHeight;
        return builder._layout;
    }

    private int PanelRight => _layout.CardRight + Measures.Padding;

    private void PlaceHead()
    {
        var islands = _graph.Islands.Count(island => !island.Nodes.IsEmpty);
        var counts = (string[])
        [
            $"{islands} {(islands == 1 ? "island" : "islands")}",
            $"{_graph.Nodes.Length} {(_graph.Nodes.Any(node => node.Kind == GraphNodeKind.Domain) ? "types" : "labels")}",
            .. _graph.HasVms ? [$"{_graph.Nodes.Sum(node => node.Vms.Length)} VMs that run"] : Array.Empty<string>(),
            .. _graph.ConflictSets.IsEmpty ? [] : (string[])[$"{_graph.ConflictSets.Length} conflict {(_graph.ConflictSets.Length == 1 ? "set" : "sets")}"],
            .. _graph.LeftOut == 0 ? [] : (string[])[$"{_graph.LeftOut} types without any flow are left out"],
        ];
        _layout.Lines.Add((string.Join(" · ", counts), "lead"));
        foreach (var set in _graph.ConflictSets.Where(set => set.IsViolated))
        {
            Say($"Conflict set {Quote.Name(set.Name)} is violated: {Quote.Set(set.Running)} run together.", "ask");
        }

        if (_graph.Witness is { } witness)
        {
            Say(witness.Sentence, witness.Exists ? "ask" : "none");
        }

        _y = Measures.TitleY + (_layout.Lines.Count * Measures.LineHeight) + Measures.Gap;

        void Say(string sentence, string style) => _layout.Lines.AddRange(TextWidth.Lines(sentence, Measures.TextSize, PanelRight - Measures.Margin).Select(line => (line, style)));
    }

    private void PlaceApart()
    {
        int[] apart = [.. _graph.Apart];
        if (apart.Length == 0)
        {
            return;
        }

        var top = _y;
        _y += Measures.HeadingHeight;
        foreach (var (index, node) in apart.Index())
        {
            var x = Measures.Margin + Measures.RailInset + (index * Measures.RailGap);
            _layout.Rails.Add(node, new(node, x, 0, 0));
            PlaceNode(node, x - Measures.RailOverhang);
        }

        _layout.ApartPanel = new(Measures.Margin, top, PanelRight - Measures.Margin, _y - top + Measures.Padding - Measures.CardGap);
        _y = _layout.ApartPanel.Bottom + Measures.Gap;
    }

    private void PlaceIsland(GraphIsland island)
    {
        var top = _y;
        _y += Measures.Padding;
        var tops = new Dictionary<int, (int Y, PlacedTag? Tag, ImmutableArray<PlacedTag> Resources)>();
        var waiting = new Queue<int>(island.Channels);
        foreach (var node in island.Nodes)
        {
            while (waiting.TryPeek(out var channel) && _graph.Channels[channel].Members.Any(member => member.Node == node))
            {
                PlaceTag(waiting.Dequeue(), tops);
            }

            PlaceNode(node, _layout.CardX);
        }

        while (waiting.TryDequeue(out var channel))
        {
            PlaceTag(channel, tops);
        }

        foreach (var (channel, (y, tag, resources)) in tops)
        {
            var arms = _graph.Channels[channel].Members.Where(member => !_graph.Nodes[member.Node].IsApart).Select(member => _layout.Nodes[member.Node].ArmY).ToList();
            var x = _layout.IslandX + Measures.BusInset + (_lanes[channel].Lane * Measures.BusGap);
            _layout.Channels.Add(channel, new(channel, x, tag is null ? arms.Min() : y, arms.DefaultIfEmpty(y).Max(), tag, resources));
        }

        var panel = new Box(_layout.IslandX, top, PanelRight - _layout.IslandX, _y - top + Measures.Padding - Measures.CardGap);
        _layout.IslandPanels.Add(panel);
        _y = panel.Bottom + Measures.IslandGap;
    }

    private void PlaceTag(int index, Dictionary<int, (int Y, PlacedTag? Tag, ImmutableArray<PlacedTag> Resources)> tops)
    {
        if (_graph.Channels[index].Name is not { } name)
        {
            tops.Add(index, (0, null, []));
            return;
        }

        var tag = Tags.Of(name, _layout.CardX, _y, Measures.NameWidth - Measures.Gap, bold: true);
        var flow = new Tags(tag.Box.Right + Measures.TagGap, _y, _layout.CardRight);
        foreach (var resource in _graph.Channels[index].Resources)
        {
            flow.Add(resource, Measures.MaxTagWidth);
        }

        tops.Add(index, (tag.Box.MiddleY, tag, flow.Placed));
        _y = flow.Bottom + Measures.CardGap;
    }

    private void PlaceNode(int index, int x)
    {
        var vms = _graph.Nodes[index].Vms;
        var flow = new Tags(_layout.CardX + Measures.NameWidth, _y + Measures.CardInset, _layout.CardRight - Measures.CardInset);
        foreach (var vm in vms.Take(Measures.MaxVmsShown))
        {
            flow.Add(vm, Measures.MaxTagWidth);
        }

        var box = new Box(x, _y, _layout.CardRight - x, flow.Bottom + Measures.CardInset - _y);
        _layout.Nodes.Add(index, new(index, box, _y + (Measures.CardHeight / 2), flow.Placed, Math.Max(0, vms.Length - Measures.MaxVmsShown)));
        _y = box.Bottom + Measures.CardGap;
    }

    private void PlaceRails()
    {
        foreach (var (node, rail) in _layout.Rails.ToList())
        {
            var joined = _layout.Channels.Values.Where(placed => _graph.Channels[placed.Channel].Members.Any(member => member.Node == node)).Select(placed => placed.Top)
                .Concat(_graph.Links.Where(link => link.Apart == node).Select(link => _layout.Nodes[link.Node].ArmY));
            var top = _layout.Nodes[node].Box.Bottom;
            _layout.Rails[node] = rail with { Top = top, Bottom = joined.Append(top).Max() };
        }
    }
}
