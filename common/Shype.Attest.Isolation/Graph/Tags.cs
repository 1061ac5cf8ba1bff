using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Graph;

/// <summary>Tags one after the other, in as many lines as they need.</summary>
internal sealed class Tags
{
    private readonly int _left;
    private readonly int _right;
    private readonly ImmutableArray<PlacedTag>.Builder _placed = ImmutableArray.CreateBuilder<PlacedTag>();
    private int _x;
    private int _y;

    public Tags(int left, int top, int right) => (_left, _x, _y, _right) = (left, left, top, right);

    public ImmutableArray<PlacedTag> Placed => _placed.ToImmutable();

    public int Bottom => _y + Measures.TagHeight;

    public void Add(string text, int maxWidth)
    {
        var tag = Of(text, _x, _y, maxWidth, bold: false);
        if (tag.Box.Right > _right && _x > _left)
        {
            (_x, _y) = (_left, _y + Measures.TagHeight + Measures.TagGap);
            tag = Of(text, _x, _y, maxWidth, bold: false);
        }

        _placed.Add(tag);
        _x = tag.Box.Right + Measures.TagGap;
    }

    public static PlacedTag Of(string text, int x, int y, int maxWidth, bool bold)
    {
        var fitted = TextWidth.Fit(text, Measures.SmallSize, maxWidth - (2 * Measures.TagInset), bold);
        return new(new(x, y, TextWidth.Of(fitted, Measures.SmallSize, bold) + (2 * Measures.TagInset), Measures.TagHeight), text);
    }
}
