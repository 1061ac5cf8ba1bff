using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>A rectangle, in pixels.</summary>
internal readonly record struct Box(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    public int MiddleY => Y + (Height / 2);

    public bool Meets(Box other) => X < other.Right && other.X < Right && Y < other.Bottom && other.Y < Bottom;
}

/// <summary>A text in a box of its own: a VM, a resource, a Chinese Wall type.</summary>
internal sealed record PlacedTag(Box Box, string Text);

/// <summary>A label's card.</summary>
/// <param name="Node">The node's index.</param>
/// <param name="Box">The card.</param>
/// <param name="ArmY">The height at which lines reach it.</param>
/// <param name="Vms">The VMs in it.</param>
/// <param name="NotShown">How many more there are.</param>
internal sealed record PlacedNode(int Node, Box Box, int ArmY, ImmutableArray<PlacedTag> Vms, int NotShown);

/// <summary>A channel's line.</summary>
/// <param name="Channel">The channel's index.</param>
/// <param name="X">Where it runs down.</param>
/// <param name="Top">Where it begins.</param>
/// <param name="Bottom">Where it ends.</param>
/// <param name="Tag">Its name; null where it has none.</param>
/// <param name="Resources">What is used through it.</param>
internal sealed record PlacedChannel(int Channel, int X, int Top, int Bottom, PlacedTag? Tag, ImmutableArray<PlacedTag> Resources);

/// <summary>A node that is drawn apart goes down as a rail.</summary>
internal sealed record PlacedRail(int Node, int X, int Top, int Bottom);

/// <summary>A conflict set's frame.</summary>
/// <param name="Set">The set's index.</param>
/// <param name="Box">The frame.</param>
/// <param name="Tags">Its types, each at the height of a label that has it.</param>
internal sealed record PlacedSet(int Set, Box Box, ImmutableArray<PlacedTag> Tags);

/// <summary>Where everything is.</summary>
internal sealed class GraphLayout(IsolationGraph graph)
{
    public IsolationGraph Graph => graph;

    public int Width { get; set; }

    public int Height { get; set; }

    /// <summary>The panel of the nodes that are drawn apart; empty where there are none.</summary>
    public Box ApartPanel { get; set; }

    public List<Box> IslandPanels { get; } = [];

    public Dictionary<int, PlacedNode> Nodes { get; } = [];

    public Dictionary<int, PlacedChannel> Channels { get; } = [];

    public Dictionary<int, PlacedRail> Rails { get; } = [];

    public List<PlacedSet> Sets { get; } = [];

    /// <summary>Where the islands begin and end, and where the cards do.</summary>
    public int IslandX { get; set; }

    public int CardX { get; set; }

    public int CardRight { get; set; }

    /// <summary>Lines under the title, with their style.</summary>
    public List<(string Text, string Style)> Lines { get; } = [];

    public int LegendY { get; set; }
}
