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

    /// <summary>Columns without lines between them; "none" where there is no row.</summary>
    /// <param name="indent">Blanks before it.</param>
    /// <param name="head">Titles; all empty for lines of a name and a value.</param>
    /// <param name="rows">Cells.</param>
    /// <param name="optional">Titles of columns that a narrow terminal may go without, the first first.</param>
    public void Table(int indent, IReadOnlyList<string> head, IEnumerable<IReadOnlyList<(string Text, Style? Style)>> rows, params string[] optional)
    {
        IReadOnlyList<(string Text, Style? Style)>[] cells = [.. rows.Select(row => row.Select(cell => (Report.Visible(cell.Text), cell.Style)).ToArray())];
        if (cells.Length == 0)
        {
            Line(indent, "none");
            return;
        }

        var layout = TableLayout.Of(head, cells, optional, report.TerminalWidth - indent);
        if (layout.IsStacked)
        {
            Blocks(indent, head, cells);
            return;
        }

        var table = new Table().NoBorder();
        foreach (var column in layout.Shown)
        {
            table.AddColumn(new TableColumn(new Text(head[column], Styles.Quiet)) { Padding = new Padding(0, 0, TableLayout.Gap, 0), NoWrap = !layout.Wraps(column) });
        }

        // The last one needs no blanks behind it.
        table.Columns[^1].Padding = new Padding(0, 0, 0, 0);
        table.ShowHeaders = head.Any(title => title.Length > 0);
        foreach (var row in cells)
        {
            table.AddRow(layout.Shown.Select(column => new Text(row[column].Text, row[column].Style)));
        }

        report.Draw(new Padder(table, new Padding(indent, 0, 0, 0)));
    }

    // The first cell is what the row is about; an empty one says nothing.
    private void Blocks(int indent, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<(string Text, Style? Style)>> rows)
    {
        foreach (var row in rows)
        {
            report.Draw(new Padder(new Text($"{head[0]} {row[0].Text}".Trim(), row[0].Style), new Padding(indent, 0, 0, 0)));
            var facts = new Table().NoBorder().HideHeaders();
            facts.AddColumn(new TableColumn("") { Padding = new Padding(0, 0, TableLayout.Gap, 0), NoWrap = true });
            facts.AddColumn(new TableColumn("") { Padding = new Padding(0, 0, 0, 0) });
            foreach (var column in Enumerable.Range(1, head.Count - 1).Where(column => row[column].Text.Length > 0))
            {
                facts.AddRow(new Text(head[column], Styles.Quiet), new Text(row[column].Text, row[column].Style));
            }

            report.Draw(new Padder(facts, new Padding(indent + TableLayout.Gap, 0, 0, 0)));
        }
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
