using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Isolation.Flask;

internal delegate (int Value, string Name, T Symbol) ReadSymbol<T>(ref FlaskReader reader, int highest);

// The symbols of one kind, by number and by name. A name or number that is there twice is refused; a name may be a second one (an alias) for a number.
internal sealed class SymbolTable<T>
    where T : class
{
    private readonly T?[] _byValue;
    private readonly Dictionary<string, int> _byName;

    private SymbolTable(int highest, int count)
    {
        _byValue = new T?[highest + 1];
        _byName = new(count, StringComparer.Ordinal);
    }

    public int Highest => _byValue.Length - 1;

    public ImmutableArray<T> Symbols => [.. _byValue.OfType<T>()];

    public IReadOnlyDictionary<string, int> Names => _byName;

    public T? this[int value] => value >= 0 && value < _byValue.Length ? _byValue[value] : null;

    // A table: highest number, count, symbols; the reader of one symbol returns null for an alias.
    public static SymbolTable<T> Read(ref FlaskReader reader, string member, int symbolBytes, ReadSymbol<T?> read)
    {
        var highest = reader.U32(member);
        if (highest > FlaskLimits.MaxSymbols)
        {
            reader.Refuse(member, $"{highest} numbers, more than {FlaskLimits.MaxSymbols}");
        }

        var count = reader.Count(member, symbolBytes);
        var table = new SymbolTable<T>((int)highest, count);
        for (var i = 0; i < count; i++)
        {
            table.Add(ref reader, member, read(ref reader, table.Highest));
        }

        return table;
    }

    // The number of a symbol that is there.
    public int Require(ref FlaskReader reader, string member) => Existing(ref reader, member, reader.Value(member, Highest));

    // The same where the number has 16 bits.
    public ushort Require16(ref FlaskReader reader, string member) => (ushort)Existing(ref reader, member, reader.Value16(member, Highest));

    public bool TryFind(string name, [NotNullWhen(true)] out T? symbol)
    {
        symbol = _byName.TryGetValue(name, out var value) ? _byValue[value] : null;
        return symbol is not null;
    }

    private void Add(ref FlaskReader reader, string member, (int Value, string Name, T? Symbol) read)
    {
        if (!_byName.TryAdd(read.Name, read.Value))
        {
            reader.Refuse(member, $"'{read.Name}' is there twice");
        }

        if (read.Symbol is null)
        {
            return;
        }

        if (_byValue[read.Value] is not null)
        {
            reader.Refuse(member, $"two have number {read.Value}, '{read.Name}' is the second");
        }

        _byValue[read.Value] = read.Symbol;
    }

    private int Existing(ref FlaskReader reader, string member, int value)
    {
        if (_byValue[value] is null)
        {
            reader.Refuse(member, $"nothing has number {value}");
        }

        return value;
    }
}
