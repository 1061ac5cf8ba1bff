namespace Shype.Attest.Isolation.Graph;

/// <summary>Frames of conflict sets.</summary>
internal static class SetDrawing
{
    public static void Draw(SvgText svg, GraphLayout layout)
    {
        foreach (var placed in layout.Sets)
        {
            foreach (var tag in placed.Tags)
            {
                svg.Line("guide", (layout.CardRight + 4, tag.Box.MiddleY), (tag.Box.X, tag.Box.MiddleY));
            }
        }

        foreach (var placed in layout.Sets)
        {
            var set = layout.Graph.ConflictSets[placed.Set];
            svg.Box(placed.Box, set.IsViolated ? "setbad" : "set", 8, $"never together: {set.Name}");
            svg.Text(placed.Box.X + Measures.TagInset, placed.Box.Y + 17, set.IsViolated ? "bad" : "setname", TextWidth.Fit(set.Name, 12, placed.Box.Width - (2 * Measures.TagInset), bold: true));
            foreach (var tag in placed.Tags)
            {
                var runs = set.Running.Contains(tag.Text, StringComparer.Ordinal);
                svg.Box(tag.Box, runs ? set.IsViolated ? "wallbad" : "wallruns" : "wall", 4, $"Chinese Wall type {tag.Text}{(runs ? ", which runs" : "")}");
                svg.Text(tag.Box.X + Measures.TagInset, tag.Box.Y + 14, runs && set.IsViolated ? "wallbadtext" : "walltext", TextWidth.Fit(tag.Text, Measures.SmallSize, tag.Box.Width - (2 * Measures.TagInset), bold: true));
            }

            if (placed.Tags.IsEmpty)
            {
                svg.Text(placed.Box.X + Measures.TagInset, placed.Box.Y + 38, "small", "no label has these");
            }
        }
    }
}
