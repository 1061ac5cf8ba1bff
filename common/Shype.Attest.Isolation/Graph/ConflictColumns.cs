namespace Shype.Attest.Isolation.Graph;

/// <summary>Puts the frames of conflict sets beside the islands, in as few columns as do without overlap.</summary>
internal static class ConflictColumns
{
    public static void Place(GraphLayout layout)
    {
        var left = layout.CardRight + Measures.Padding + Measures.Gap;
        var columns = new List<int>();
        var top = layout.IslandPanels.Select(panel => panel.Y).DefaultIfEmpty(layout.ApartPanel.Y).Min();
        foreach (var (index, set) in layout.Graph.ConflictSets.Index())
        {
            var tags = new List<(int Y, string Type)>();
            foreach (var placed in layout.Nodes.Values)
            {
                var held = layout.Graph.Nodes[placed.Node].WallTypes.Where(type => set.Types.Contains(type, StringComparer.Ordinal)).ToList();
                tags.AddRange(held.Select((type, i) => (placed.ArmY - (Measures.TagHeight / 2) + (i * (Measures.TagHeight + 2)), type)));
            }

            tags.Sort();
            var (from, to) = tags.Count == 0 ? (top, top + Measures.TagHeight) : (tags[0].Y, tags[^1].Y + Measures.TagHeight);
            var column = columns.FindIndex(end => end <= from - Measures.SetHead);
            if (column < 0)
            {
                column = columns.Count;
                columns.Add(0);
            }

            columns[column] = to + Measures.Gap;
            var x = left + (column * (Measures.SetWidth + Measures.Padding));
            var width = Measures.SetWidth - (2 * Measures.TagInset);
            layout.Sets.Add(new(index, new(x, from - Measures.SetHead, Measures.SetWidth, to - from + Measures.SetHead + Measures.TagInset), [.. tags.Select(tag => new PlacedTag(new(x + Measures.TagInset, tag.Y, width, Measures.TagHeight), tag.Type))]));
        }

        layout.Width = left - Measures.Gap + (columns.Count * (Measures.SetWidth + Measures.Padding)) + (columns.Count == 0 ? 0 : Measures.Gap - Measures.Padding) + Measures.Margin;
    }
}
