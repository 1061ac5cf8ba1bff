namespace Shype.Attest.Isolation.Graph;

/// <summary>What the shapes mean; only those that the picture has.</summary>
internal static class LegendDrawing
{
    public static void Draw(SvgText svg, GraphLayout layout)
    {
        var graph = layout.Graph;
        var flask = graph.Nodes.Any(node => node.Kind == GraphNodeKind.Domain);
        var (x, y) = (Measures.Margin, layout.LegendY + 22);
        if (flask)
        {
            Item("domain", () => svg.Box(new(x, y - 8, 26, 16), "card", 4));
            Show(graph.Nodes.Any(node => node.Kind == GraphNodeKind.Device), "device or other type", () => svg.Box(new(x, y - 8, 26, 16), "device", 4));
            Item("flows both ways", () => Sample(ChannelRole.Both));
            Item("sends", () => Sample(ChannelRole.Sends));
            Item("receives", () => Sample(ChannelRole.Receives));
        }
        else
        {
            Item("label", () => svg.Box(new(x, y - 8, 26, 16), "card", 4));
            Show(graph.HasVms, "VM that runs", () => svg.Box(new(x, y - 8, 26, 16), "vm", 8));
            Item("type: whoever has a dot on its line shares it", () =>
            {
                svg.Line("line l0", (x, y), (x + 26, y));
                svg.Dot(x + 13, y, "dot f0", 5);
            });
            Show(graph.Channels.Any(channel => !channel.Resources.IsEmpty), "resource", () => svg.Box(new(x, y - 8, 26, 16), "res", 1));
        }

        Show(layout.Rails.Count > 0, flask ? "rail of a type apart" : "rail of a label apart", () =>
        {
            svg.Line("rail", (x + 13, y - 10), (x + 13, y + 10));
            svg.Dot(x + 13, y, "raildot", 5);
        });
        Show(graph.ConflictSets.Length > 0, graph.HasVms ? "conflict set: one of its types at a time (filled: runs)" : "conflict set: one of its types at a time", () => svg.Box(new(x, y - 8, 26, 16), "set", 4));
        Show(graph.Witness is { Exists: true }, "the way asked for", () => svg.Line("way", (x + 2, y), (x + 24, y)));

        void Show(bool isThere, string text, Action sample)
        {
            if (isThere)
            {
                Item(text, sample);
            }
        }

        void Item(string text, Action sample)
        {
            var width = 34 + TextWidth.Of(text, Measures.SmallSize) + 20;
            if (x + width > layout.Width - Measures.Margin && x > Measures.Margin)
            {
                (x, y) = (Measures.Margin, y + 24);
            }

            sample();
            svg.Text(x + 34, y + 4, "small", text);
            x += width;
        }

        void Sample(ChannelRole role)
        {
            svg.Line("line l0", (x + 4, y - 9), (x + 4, y + 9));
            svg.Line("arm", (x + 4, y), (x + 26, y));
            switch (role)
            {
                case ChannelRole.Sends:
                    svg.Arrow(x + 5, y, right: false, "f0");
                    break;
                case ChannelRole.Receives:
                    svg.Arrow(x + 13, y, right: true, "f0");
                    break;
                default:
                    svg.Dot(x + 4, y, "dot f0", 5);
                    break;
            }
        }
    }
}
