using System.Globalization;
using System.Text;

namespace Shype.Attest.Isolation.Graph;

/// <summary>
/// Draws a graph as an SVG that explains itself: light and dark, with a legend, and in words for who cannot see it. The same graph gives the same bytes.
/// </summary>
public static class GraphPicture
{
    /// <summary>Nodes that a picture can have; with more it would be of no use to anybody.</summary>
    public const int MaxNodes = 2000;

    /// <summary>The SVG.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxNodes"/> nodes.</exception>
    public static string Svg(IsolationGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        if (graph.Nodes.Length > MaxNodes)
        {
            throw new ArgumentException($"{graph.Nodes.Length} labels; a picture shows up to {MaxNodes}", nameof(graph));
        }

        var layout = LayoutBuilder.Place(graph);
        var svg = new SvgText();
        svg.Raw(string.Create(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {layout.Width} {layout.Height}\" width=\"{layout.Width}\" height=\"{layout.Height}\">"));
        svg.Raw($"<title>{SvgText.Escape($"Isolation under policy {Quote.Visible(graph.Policy)}")}</title>");
        svg.Raw($"<desc>{SvgText.Escape(GraphWords.Describe(graph))}</desc>");
        svg.Raw(SvgStyle.Sheet.ReplaceLineEndings("\n"));
        svg.Box(new(0, 0, layout.Width, layout.Height), "bg", 0);
        Head(svg, layout);
        Panels(svg, layout);
        ChannelDrawing.DrawLines(svg, layout);
        SetDrawing.Draw(svg, layout);
        NodeDrawing.Draw(svg, layout);
        WitnessDrawing.Draw(svg, layout);
        ChannelDrawing.DrawTags(svg, layout);
        LegendDrawing.Draw(svg, layout);
        svg.Raw("</svg>");
        return svg.ToString();
    }

    /// <summary>The picture in words.</summary>
    public static string Describe(IsolationGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return GraphWords.Describe(graph);
    }

    private static void Head(SvgText svg, GraphLayout layout)
    {
        svg.Text(Measures.Margin, Measures.TitleY, "title", TextWidth.Fit(layout.Graph.Policy, Measures.TitleSize, layout.CardRight - Measures.Margin, bold: true));
        var y = Measures.TitleY;
        foreach (var (line, style) in layout.Lines)
        {
            y += Measures.LineHeight;
            svg.Text(Measures.Margin, y + 2, style, line);
        }
    }

    private static void Panels(SvgText svg, GraphLayout layout)
    {
        if (layout.Rails.Count > 0)
        {
            svg.Box(layout.ApartPanel, "band", 10);
            svg.Text(Measures.Margin + Measures.Padding, layout.ApartPanel.Y + 22, "head", "Apart: islands are joined by these alone");
        }

        foreach (var (index, panel) in layout.IslandPanels.Index())
        {
            var island = layout.Graph.Islands[index];
            svg.Box(panel, "panel", 10, island.Nodes.IsEmpty ? "types that only those apart hold" : $"island of {Quote.Set([.. island.Nodes.Select(node => layout.Graph.Nodes[node].Name)])}");
            if (island.Nodes.IsEmpty)
            {
                svg.Text(layout.CardX + Measures.NameWidth, panel.Bottom - 20, "small", "only labels apart hold these types");
            }
        }
    }
}

/// <summary>The picture in words.</summary>
internal static class GraphWords
{
    private const int MaxIslands = 40;

    public static string Describe(IsolationGraph graph)
    {
        var islands = graph.Islands.Where(island => !island.Nodes.IsEmpty).ToList();
        var words = new StringBuilder();
        words.Append(CultureInfo.InvariantCulture, $"Apart from {Names(graph, graph.Apart)} nothing gets from one of {islands.Count} islands to another.");
        foreach (var island in islands.Take(MaxIslands))
        {
            words.Append(CultureInfo.InvariantCulture, $" Island: {Names(graph, island.Nodes)}.");
        }

        words.Append(islands.Count > MaxIslands ? $" And {islands.Count - MaxIslands} more." : "");
        foreach (var set in graph.ConflictSets.Take(MaxIslands))
        {
            words.Append(CultureInfo.InvariantCulture, $" Never together: {Quote.Set(set.Types)}{(set.IsViolated ? $", but now {Quote.Set(set.Running)} run" : "")}.");
        }

        return words.Append(graph.Witness is { } witness ? $" {witness.Sentence}" : "").ToString();
    }

    private static string Names(IsolationGraph graph, IEnumerable<int> nodes) => Quote.Set([.. nodes.Select(node => graph.Nodes[node].Name)]);
}
