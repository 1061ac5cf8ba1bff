using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Verifier.Dashboard.Markup;

/// <summary>
/// Markup that is safe to send. Written as an interpolated string: its literals are this program's own, and every value in it is escaped unless it is markup
/// already, so that a page cannot forget to (threat row R11). Only for text between tags and for attributes in double quotes.
/// </summary>
[InterpolatedStringHandler]
internal sealed class Html(int literalLength = 0, int formattedCount = 0)
{
    private readonly StringBuilder _markup = new(literalLength + (formattedCount * TypicalValue));

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new();

    /// <summary>Called by the compiler with the literal parts.</summary>
    public void AppendLiteral(string literal) => _markup.Append(literal);

    /// <summary>Text, escaped twice: what would lie to a reader is shown as an escape, and what would be markup is not.</summary>
    public void AppendFormatted(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _markup.Append(Encoder.Encode(TextRules.Escape(text)));
        }
    }

    /// <summary>A number.</summary>
    public void AppendFormatted(long number) => _markup.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Markup as it is.</summary>
    public void AppendFormatted(Html? markup) => _markup.Append(markup?._markup);

    /// <summary>Pieces of markup, one after the other.</summary>
    public void AppendFormatted(IEnumerable<Html> pieces)
    {
        foreach (var piece in pieces)
        {
            AppendFormatted(piece);
        }
    }

    /// <summary>Text of several lines, for <c>pre</c>: the ends of lines stay.</summary>
    public static Html Lines(string text)
    {
        var lines = new Html();
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            lines.AppendFormatted(line);
            lines.AppendLiteral("\n");
        }

        return lines;
    }

    /// <summary>This where something holds, and nothing otherwise.</summary>
    public Html If(bool condition) => condition ? this : Empty;

    /// <summary>The markup as text.</summary>
    public override string ToString() => _markup.ToString();

    private const int TypicalValue = 32;

    // Letters of every script stay readable; & < > " ' and ` do not stay.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
}
