using System.Globalization;
using Shype.Attest.Protocol;
using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>Lines with an indent, and tables; every text that is put in is made <see cref="Report.Visible"/>.</summary>
internal sealed class Page(Report report)
{
    /// <summary>A line of words, each with its style.</summary>
    public void Line(int indent, params ReadOnlySpan<(string Text, Style? Style)> words)
    {
        var paragraph = new Paragraph();
        foreach (var (text, style) in words)
        {
            paragraph.Append(Report.Visible(text), style);
        }

        report.Draw(new Padder(paragraph, new Padding(indent, 0, 0, 0)));
    }

    /// <summary>A plain line.</summary>
    public void Line(int indent, string text) => Line(indent, (text, null));

    /// <summary>An empty line.</summary>
    public void Gap() => report.Line();

    /// <summary>Columns without lines between them.</summary>
    public void Table(int indent, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<(string Text, Style? Style)>> rows)
    {
        var table = new Table().NoBorder();
        foreach (var title in head)
        {
            table.AddColumn(new TableColumn(new Text(title, Styles.Quiet)) { Padding = new Padding(0, 0, 2, 0) });
        }

        table.ShowHeaders = head.Any(title => title.Length > 0);
        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Report.Visible(cell.Text), cell.Style)));
        }

        report.Draw(new Padder(table, new Padding(indent, 0, 0, 0)));
    }

    /// <summary>A moment for a person, in UTC.</summary>
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Unix seconds for a person; the bare number where no calendar reaches.</summary>
    public static string Moment(long unixSeconds) =>
        unixSeconds is >= EarliestSecond and <= LatestSecond
            ? Moment(DateTimeOffset.FromUnixTimeSeconds(unixSeconds))
            : unixSeconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>A tier as it stands on the wire.</summary>
    public static string Tier(TrustTier tier) => tier switch
    {
        TrustTier.None => "none",
        TrustTier.Affirming => "affirming",
        TrustTier.Warning => "warning",
        TrustTier.Contraindicated => "contraindicated",
        _ => $"unknown ({(int)tier})",
    };

    // What DateTimeOffset can say.
    private const long EarliestSecond = -62_135_596_800;
    private const long LatestSecond = 253_402_300_799;
}
