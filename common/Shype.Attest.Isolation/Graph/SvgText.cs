using System.Globalization;
using System.Text;

namespace Shype.Attest.Isolation.Graph;

/// <summary>
/// Writes SVG. Attributes hold nothing but numbers and class names of ours; what a policy or a host brought stands in text only, made visible and escaped
/// (threat R11). No script, no reference to anything outside, no id, so that two pictures can stand in one page.
/// </summary>
internal sealed class SvgText
{
    private readonly StringBuilder _text = new();

    public void Raw(string markup) => _text.Append(markup).Append('\n');

    public void Box(Box box, string style, int radius, string? title = null) =>
        Element($"<rect class=\"{style}\" x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" rx=\"{radius}\"", "rect", title);

    public void Dot(int x, int y, string style, int radius) => Element($"<circle class=\"{style}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"", "circle", null);

    /// <summary>A line through points.</summary>
    public void Line(string style, params ReadOnlySpan<(int X, int Y)> points)
    {
        var path = new StringBuilder();
        foreach (var (x, y) in points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(x).Append(' ').Append(y);
        }

        Element($"<path class=\"{style}\" d=\"{path}\"", "path", null);
    }

    /// <summary>A filled triangle with its point at the place, to the right or to the left.</summary>
    public void Arrow(int x, int y, bool right, string style) =>
        Element(string.Create(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{x} {y}l{(right ? -8 : 8)} -5v10z\""), "path", null);

    public void Text(int x, int y, string style, string text) => _text.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x}\" y=\"{y}\">").Append(Escape(text)).Append("</text>\n");

    public override string ToString() => _text.ToString();

    /// <summary>Text that is safe between tags, and that cannot lie to who sees it.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                _ when Quote.IsInvisible(rune) => escaped.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }

    private void Element(string start, string name, string? title) =>
        _text.Append(start).Append(title is null ? "/>" : $"><title>{Escape(Quote.Visible(title))}</title></{name}>").Append('\n');
}
