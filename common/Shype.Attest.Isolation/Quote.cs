using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Shype.Attest.Isolation;

/// <summary>Names of others inside our sentences: quoted, short, and without characters that move a terminal's cursor.</summary>
internal static class Quote
{
    private const int MaxShown = 64;
    private const int MaxListed = 12;

    public static string Name(string text) => $"'{Visible(text)}'";

    /// <summary>"{a, b}"; of a long set the beginning and how many follow.</summary>
    public static string Set(ImmutableArray<string> types)
    {
        var more = types.Length > MaxListed ? $", and {types.Length - MaxListed} more" : "";
        return "{" + string.Join(", ", types.Take(MaxListed).Select(Visible)) + more + "}";
    }

    public static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;

    public static string Visible(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxShown)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(IsInvisible(rune) ? $"\\u{{{rune.Value:x}}}" : rune.ToString());
        }

        return shown.ToString();
    }
}
