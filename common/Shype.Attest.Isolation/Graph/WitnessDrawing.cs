using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>The way that was asked for, in red, along the lines that it takes.</summary>
internal static class WitnessDrawing
{
    public static void Draw(SvgText svg, GraphLayout layout)
    {
        if (layout.Graph.Witness is not { Exists: true } witness)
        {
            return;
        }

        ImmutableArray<string> stations = [witness.From, .. witness.Steps.Select(step => step.To)];
        foreach (var node in stations.Select(layout.Graph.Find).OfType<int>().Distinct())
        {
            svg.Box(layout.Nodes[node].Box, "way thin", 6);
        }

        var points = new List<(int X, int Y)>();
        foreach (var (index, step) in witness.Steps.Index())
        {
            points.AddRange(Port(layout, stations[index], step.Channel, stations[index + 1]));
            points.AddRange(Port(layout, stations[index + 1], step.Channel, stations[index]).Reverse());
        }

        // A way begins and ends at a card, also where that is the card of a rail.
        points.InsertRange(0, CardOf(layout, witness.From));
        points.AddRange(CardOf(layout, witness.To));
        points = [.. points.Where((point, index) => index == 0 || point != points[index - 1])];
        svg.Line("way", [.. points]);
        svg.Dot(points[0].X, points[0].Y, "waydot", 6);
        if (points.Count > 1 && points[^2].Y == points[^1].Y)
        {
            svg.Arrow(points[^1].X, points[^1].Y, points[^2].X < points[^1].X, "wayend");
        }
        else
        {
            svg.Dot(points[^1].X, points[^1].Y, "waydot", 6);
        }
    }

    // From a label to the line of a channel, or to the other end of a link.
    private static IEnumerable<(int X, int Y)> Port(GraphLayout layout, string name, int? channel, string other)
    {
        var node = layout.Graph.Find(name);
        if (channel is { } index)
        {
            var placed = layout.Channels[index];
            return node is { } found && layout.Rails.TryGetValue(found, out var rail) ? [(rail.X, placed.Top), (placed.X, placed.Top)]
                : node is { } label ? [(layout.Nodes[label].Box.X, layout.Nodes[label].ArmY), (placed.X, layout.Nodes[label].ArmY)]
                : placed.Resources.FirstOrDefault(resource => resource.Text == name) is { } tag ? [(tag.Box.X, tag.Box.MiddleY), (tag.Box.X, placed.Top), (placed.X, placed.Top)]
                : [];
        }

        // Without a channel one of the two is apart: it is met on its rail at the other's height.
        if (node is { } own && layout.Graph.Find(other) is { } peer)
        {
            var ownRail = layout.Rails.GetValueOrDefault(own);
            return ownRail is not null && layout.Graph.Links.Any(link => link.Apart == own && link.Node == peer)
                ? [(ownRail.X, layout.Nodes[peer].ArmY)]
                : [(layout.Nodes[own].Box.X, layout.Nodes[own].ArmY)];
        }

        return [];
    }

    private static IEnumerable<(int X, int Y)> CardOf(GraphLayout layout, string name) =>
        layout.Graph.Find(name) is { } node && layout.Rails.TryGetValue(node, out var rail) ? [(rail.X, layout.Nodes[node].Box.Bottom)] : [];
}
