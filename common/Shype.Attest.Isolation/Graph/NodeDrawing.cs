namespace Shype.Attest.Isolation.Graph;

/// <summary>Cards of labels with their VMs.</summary>
internal static class NodeDrawing
{
    public static void Draw(SvgText svg, GraphLayout layout)
    {
        foreach (var placed in layout.Nodes.Values)
        {
            var node = layout.Graph.Nodes[placed.Node];
            var box = placed.Box;
            svg.Box(box, Style(node), 6, $"{Word(node)} {node.Name}");
            var note = Note(layout.Graph, node, placed);
            var room = layout.CardX + Measures.NameWidth - box.X - 12 - Measures.Gap - (note.InName.Length == 0 ? 0 : TextWidth.Of(note.InName, Measures.SmallSize) + 8);
            var name = TextWidth.Fit(node.Name, Measures.TextSize, room, bold: true);
            svg.Text(box.X + 12, placed.ArmY + 5, node.IsApart ? "aparttext" : "name", name);
            if (note.InName.Length > 0)
            {
                svg.Text(box.X + 20 + TextWidth.Of(name, Measures.TextSize, bold: true), placed.ArmY + 4, node.IsApart ? "apartsmall" : "bad", note.InName);
            }

            foreach (var vm in placed.Vms)
            {
                svg.Box(vm.Box, node.IsApart ? "vmapart" : "vm", Measures.TagHeight / 2, $"VM {vm.Text}");
                svg.Text(vm.Box.X + Measures.TagInset, vm.Box.Y + 14, node.IsApart ? "apartsmall" : "vmtext", TextWidth.Fit(vm.Text, Measures.SmallSize, vm.Box.Width - (2 * Measures.TagInset)));
            }

            if (note.InVms.Length > 0)
            {
                svg.Text(layout.CardX + Measures.NameWidth, box.Bottom - 12, node.IsApart ? "apartsmall" : "small", note.InVms);
            }
        }
    }

    private static (string InName, string InVms) Note(IsolationGraph graph, GraphNode node, PlacedNode placed) =>
    (
        node switch
        {
            { Kind: GraphNodeKind.UnknownLabel } => "unknown",
            { Kind: GraphNodeKind.Host, IsMediator: true } => "host, mediator",
            { Kind: GraphNodeKind.Host } => "host",
            { IsMediator: true } => "mediator",
            _ => "",
        },
        placed.NotShown > 0 ? $"and {placed.NotShown} more"
            : graph.HasVms && node.Vms.IsEmpty && node.Kind != GraphNodeKind.Host ? "nothing runs" : "");

    private static string Style(GraphNode node) => node switch
    {
        { IsApart: true } => "apart",
        { Kind: GraphNodeKind.UnknownLabel } => "unknown",
        { Kind: GraphNodeKind.Device } => "device",
        _ => "card",
    };

    private static string Word(GraphNode node) => node.Kind switch
    {
        GraphNodeKind.Domain => "domain",
        GraphNodeKind.Device => "type that nothing runs with",
        GraphNodeKind.Host => "label of the host",
        GraphNodeKind.UnknownLabel => "unknown label",
        _ => "label",
    };
}
