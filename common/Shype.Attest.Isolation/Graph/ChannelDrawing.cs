namespace Shype.Attest.Isolation.Graph;

/// <summary>Rails, channels and what they join.</summary>
internal static class ChannelDrawing
{
    public static void DrawLines(SvgText svg, GraphLayout layout)
    {
        foreach (var placed in layout.Channels.Values.Where(placed => placed.Bottom > placed.Top))
        {
            svg.Line($"line l{Hue(placed)}", (placed.X, placed.Top), (placed.X, placed.Bottom));
        }

        foreach (var rail in layout.Rails.Values)
        {
            svg.Line("rail", (rail.X, rail.Top), (rail.X, rail.Bottom));
        }

        foreach (var placed in layout.Channels.Values)
        {
            DrawTop(svg, layout, placed);
            DrawArms(svg, layout, placed);
        }

        foreach (var row in layout.Graph.Links.GroupBy(link => link.Node).OrderBy(row => row.Key))
        {
            DrawLinks(svg, layout, layout.Nodes[row.Key], [.. row]);
        }
    }

    /// <summary>Names of types and resources, over whatever runs behind them.</summary>
    public static void DrawTags(SvgText svg, GraphLayout layout)
    {
        foreach (var placed in layout.Channels.Values)
        {
            if (placed.Tag is { } tag)
            {
                svg.Box(tag.Box, $"f{Hue(placed)}", 4, $"type {tag.Text}");
                svg.Text(tag.Box.X + Measures.TagInset, tag.Box.Y + 14, "tagtext", TextWidth.Fit(tag.Text, Measures.SmallSize, tag.Box.Width - (2 * Measures.TagInset), bold: true));
            }

            foreach (var resource in placed.Resources)
            {
                var asked = layout.Graph.Witness is { Exists: true } witness && (IsEnd(witness.From, resource) || IsEnd(witness.To, resource));
                svg.Box(resource.Box, asked ? "res waybox" : "res", 1, $"resource {resource.Text}");
                svg.Text(resource.Box.X + Measures.TagInset, resource.Box.Y + 14, "small", TextWidth.Fit(resource.Text, Measures.SmallSize, resource.Box.Width - (2 * Measures.TagInset)));
            }
        }

        bool IsEnd(string name, PlacedTag resource) => resource.Text == name && layout.Graph.Find(name) is null;
    }

    public static int Hue(PlacedChannel placed) => placed.Channel % SvgStyle.Hues;

    private static void DrawTop(SvgText svg, GraphLayout layout, PlacedChannel placed)
    {
        if (placed.Tag is not { } tag)
        {
            return;
        }

        var rails = layout.Graph.Channels[placed.Channel].Members.Where(member => layout.Rails.ContainsKey(member.Node)).Select(member => layout.Rails[member.Node].X).ToList();
        var right = placed.Resources.Select(resource => resource.Box.X).Append(tag.Box.X).First();
        var from = rails.Append(placed.X).Min();
        svg.Line("halo", (from, placed.Top), (right, placed.Top));
        svg.Line($"line l{Hue(placed)}", (from, placed.Top), (right, placed.Top));
        rails.ForEach(x => svg.Dot(x, placed.Top, $"raildot l{Hue(placed)}", 5));
        if (placed.Bottom > placed.Top)
        {
            svg.Dot(placed.X, placed.Top, $"dot f{Hue(placed)}", 5);
        }
    }

    private static void DrawArms(SvgText svg, GraphLayout layout, PlacedChannel placed)
    {
        foreach (var member in layout.Graph.Channels[placed.Channel].Members.Where(member => !layout.Rails.ContainsKey(member.Node)))
        {
            var node = layout.Nodes[member.Node];
            svg.Line("arm", (placed.X, node.ArmY), (node.Box.X, node.ArmY));
            switch (member.Role)
            {
                case ChannelRole.Sends:
                    svg.Arrow(placed.X + 1, node.ArmY, right: false, $"f{Hue(placed)}");
                    break;
                case ChannelRole.Receives:
                    svg.Arrow(placed.X + 9, node.ArmY, right: true, $"f{Hue(placed)}");
                    break;
                default:
                    svg.Dot(placed.X, node.ArmY, $"dot f{Hue(placed)}", 5);
                    break;
            }
        }
    }

    private static void DrawLinks(SvgText svg, GraphLayout layout, PlacedNode node, List<GraphLink> links)
    {
        svg.Line("arm", (links.Min(link => layout.Rails[link.Apart].X), node.ArmY), (node.Box.X, node.ArmY));
        foreach (var (apart, _, role) in links)
        {
            var x = layout.Rails[apart].X;
            switch (role)
            {
                case ChannelRole.Sends:
                    svg.Arrow(x + 9, node.ArmY, right: true, "mark");
                    break;
                case ChannelRole.Receives:
                    svg.Arrow(x + 1, node.ArmY, right: false, "mark");
                    break;
                default:
                    svg.Dot(x, node.ArmY, "raildot", 4);
                    break;
            }
        }
    }
}
