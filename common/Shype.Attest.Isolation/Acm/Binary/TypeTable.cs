using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Acm.Binary;

/// <summary>Which row holds which type: one row per ssid or conflict set, one column per type.</summary>
public sealed class TypeTable
{
    private readonly ImmutableArray<bool> _cells;

    internal TypeTable(int rows, int columns, ImmutableArray<bool> cells) => (Rows, Columns, _cells) = (rows, columns, cells);

    /// <summary>How many rows.</summary>
    public int Rows { get; }

    /// <summary>How many types.</summary>
    public int Columns { get; }

    /// <summary>Whether the row holds the type.</summary>
    public bool this[int row, int column]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(column);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns);
            return _cells[(row * Columns) + column];
        }
    }

    /// <summary>The types that the row holds, as columns from 0.</summary>
    public ImmutableArray<int> TypesOf(int row) => [.. Enumerable.Range(0, Columns).Where(column => this[row, column])];

    /// <summary>A table whose rows hold the named ones of sorted types.</summary>
    internal static TypeTable Of(IReadOnlyList<IReadOnlyCollection<string>> rows, ImmutableArray<string> types)
    {
        var columns = types.Select((type, index) => (type, index)).ToDictionary(pair => pair.type, pair => pair.index, StringComparer.Ordinal);
        var cells = new bool[rows.Count * types.Length];
        for (var row = 0; row < rows.Count; row++)
        {
            foreach (var type in rows[row])
            {
                // A conflict set may name a type that is not declared; it can never run and has no column.
                if (columns.TryGetValue(type, out var column))
                {
                    cells[(row * types.Length) + column] = true;
                }
            }
        }

        return new(rows.Count, types.Length, [.. cells]);
    }
}
