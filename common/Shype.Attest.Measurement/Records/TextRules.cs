using System.Globalization;
using System.Text;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// Text that can be shown to a person without lying to them: no control characters (which move cursors and forge lines), no line separators, no
/// bidirectional controls (which reorder what is read).
/// </summary>
public static class TextRules
{
    /// <summary>The first character that is not allowed, or -1.</summary>
    public static int IndexOfForbidden(ReadOnlySpan<char> text)
    {
        // Names are almost always ASCII: one vectorised scan settles them.
        if (text.IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return -1;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (IsForbidden(text[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>
    /// The text with every character that is not allowed written as \uXXXX: safe to print, whatever it came from. A backslash is doubled only where it would
    /// be read as the beginning of an escape, so that paths stay as they are.
    /// </summary>
    public static string Escape(ReadOnlySpan<char> text)
    {
        var escaped = new StringBuilder(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            at += rune.Utf16SequenceLength;
            if (rune.Value == '\\' && (at >= text.Length || text[at] is '\\' or 'u' || IsForbidden(text[at])))
            {
                escaped.Append(@"\\");
            }
            else if (rune.IsBmp && IsForbidden((char)rune.Value))
            {
                escaped.Append("\\u").Append(rune.Value.ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                escaped.Append(rune);
            }
        }

        return escaped.ToString();
    }

    // Unicode: Cc; U+2028, U+2029; Bidi_Control; U+FEFF, which hides; and lone halves of surrogate pairs are caught by the codecs.
    private static bool IsForbidden(char c) =>
        char.IsControl(c)
        || c is '\u061c' or '\u200e' or '\u200f' or (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff';
}
