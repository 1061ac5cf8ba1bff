using Spectre.Console;

namespace Shype.Attest.Cli.Output;

/// <summary>
/// How a table gets into so many columns of a terminal: as it is; without what may be left out; with its long columns wrapped; or, where words would be
/// torn apart, each row as a block of its own.
/// </summary>
internal sealed class TableLayout
{
    private readonly IReadOnlyList<string> _head;
    private readonly IReadOnlyList<IReadOnlyList<(string Text, Style? Style)>> _rows;

    private TableLayout(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<(string Text, Style? Style)>> rows, IReadOnlyList<int> shown, bool isStacked) =>
        (_head, _rows, Shown, IsStacked) = (head, rows, shown, isStacked);

    /// <summary>The columns that are shown.</summary>
    public IReadOnlyList<int> Shown { get; }

    /// <summary>Whether each row is a block.</summary>
    public bool IsStacked { get; }

    /// <summary>Whether a column may be wrapped.</summary>
    public bool Wraps(int column) => Natural(column) > SmallestWrapped || (_head[column].Length == 0 && column == _head.Count - 1);

    /// <summary>The layout of a table.</summary>
    /// <param name="head">Titles.</param>
    /// <param name="rows">Cells, safe to print.</param>
    /// <param name="optional">Titles of what is left out first, in that order.</param>
    /// <param name="columns">Columns of the terminal that are left; null where there is none, and everything is shown as it is.</param>
    public static TableLayout Of(
        IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<(string Text, Style? Style)>> rows, IReadOnlyList<string> optional, int? columns)
    {
        var layout = new TableLayout(head, rows, [.. Enumerable.Range(0, head.Count)], isStacked: false);
        foreach (var title in optional)
        {
            if (columns is null || layout.Width(layout.Natural) <= columns)
            {
                break;
            }

            layout = new TableLayout(head, rows, [.. layout.Shown.Where(column => head[column] != title)], isStacked: false);
        }

        // Without titles there is nothing to name the lines of a block by.
        return columns is null || layout.Width(layout.Smallest) <= columns || head.All(title => title.Length == 0)
            ? layout : new TableLayout(head, rows, [.. Enumerable.Range(0, head.Count)], isStacked: true);
    }

    private int Width(Func<int, int> ofColumn) => Shown.Sum(ofColumn) + Gap * (Shown.Count - 1);

    private int Natural(int column) => _rows.Select(row => row[column].Text.Length).Append(_head[column].Length).Max();

    private int Smallest(int column) => Wraps(column) ? Math.Min(Natural(column), SmallestWrapped) : Natural(column);

    /// <summary>Blanks between columns.</summary>
    public const int Gap = 2;

    // Narrower than this a digest or a sentence is torn to shreds.
    private const int SmallestWrapped = 20;
}
