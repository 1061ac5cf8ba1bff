using System.Globalization;
using System.Text;

namespace Shype.Attest.Isolation.Graph;

/// <summary>How wide a text will be about, in a sans-serif font that is not known here: rather too wide than too narrow.</summary>
internal static class TextWidth
{
    /// <summary>Pixels of a text of that size.</summary>
    public static int Of(string text, int size, bool bold = false)
    {
        var hundredths = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            hundredths += Hundredths(rune);
        }

        // Bold letters are about a tenth wider.
        return ((hundredths * size * (bold ? 113 : 100)) + 9999) / 10_000;
    }

    /// <summary>The text made visible and cut so that it fits.</summary>
    public static string Fit(string text, int size, int width, bool bold = false)
    {
        var visible = Quote.Visible(text);
        if (Of(visible, size, bold) <= width)
        {
            return visible;
        }

        var (fitted, left) = (new StringBuilder(), (width * 10_000 / (size * (bold ? 113 : 100))) - EllipsisHundredths);
        foreach (var rune in visible.EnumerateRunes())
        {
            if ((left -= Hundredths(rune)) < 0)
            {
                break;
            }

            fitted.Append(rune);
        }

        return fitted.Append('…').ToString();
    }

    /// <summary>The lines of a sentence; a word that is too long has a line of its own.</summary>
    public static IEnumerable<string> Lines(string text, int size, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Of($"{line} {word}", size, bold: true) > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        if (line.Length > 0)
        {
            yield return line;
        }
    }

    private static int Hundredths(Rune rune) => rune.Value switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or ' ' => 33,
        'f' or 't' or 'r' or '-' or '(' or ')' or '[' or ']' or '{' or '}' or '/' or '\\' => 43,
        'm' or 'w' or 'M' or 'W' or '@' or '%' => 96,
        >= 'A' and <= 'Z' or '_' or '~' or '+' or '=' or '<' or '>' or '&' => 76,
        < 0x80 => 63,
        _ when Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark => 0,
        < 0x1100 => 70,
        _ => 105,
    };

    private const int EllipsisHundredths = 100;
}
