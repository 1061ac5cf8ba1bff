using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Shype.Attest.Isolation.Flask;

// The verbs of the format: little-endian numbers, names without terminator, extensible bitmaps. A count is held against what is left before anybody allocates for it.
internal ref struct FlaskReader(ReadOnlySpan<byte> bytes)
{
    // Bytes of an empty bitmap.
    public const int BitmapBytes = 12;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$"u8);

    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Offset { get; private set; }

    public readonly int Left => _bytes.Length - Offset;

    public byte U8(string member) => Take(1, member)[0];

    public ushort U16(string member) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, member));

    public uint U32(string member) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, member));

    public ulong U64(string member) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, member));

    // The number of elements that follow, each of at least so many bytes.
    public int Count(string member, int elementBytes)
    {
        var count = U32(member);
        if (count > (uint)(Left / elementBytes))
        {
            Refuse(member, $"{count} elements of at least {elementBytes} bytes do not fit into the {Left} that are left");
        }

        return (int)count;
    }

    // A symbol's number, from 1.
    public int Value(string member, int highest) => Within(U32(member), member, highest);

    public int Value16(string member, int highest) => Within(U16(member), member, highest);

    // The length of a name that stands further on.
    public int Length(string member, int most = FlaskLimits.MaxNameBytes)
    {
        var length = U32(member);
        if (length == 0 || length > (uint)most)
        {
            Refuse(member, length == 0 ? "an empty name" : $"{length} bytes, more than {most}");
        }

        return (int)length;
    }

    // What people read in findings must not be able to play tricks on a terminal or on each other; and ':' divides the parts of a context.
    public string Name(int length, string member)
    {
        var name = Take(length, member);
        if (name.ContainsAnyExcept(NameBytes))
        {
            Refuse(member, "a name with other bytes than ASCII letters, digits, and _ - . $");
        }

        return Encoding.ASCII.GetString(name);
    }

    // A path or file name: null where it is no printable ASCII.
    public string? Text(int length, string member)
    {
        var text = Take(length, member);
        return text.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? null : Encoding.ASCII.GetString(text);
    }

    public ReadOnlySpan<byte> Bytes(int length, string member) => Take(length, member);

    public void Skip(int length, string member) => Take(length, member);

    // ebitmap: map size, highest bit, nodes of (first bit, 64 bits), ascending.
    public FlaskBitmap Bitmap(string member)
    {
        if (U32(member) != FlaskBitmap.UnitBits)
        {
            Refuse(member, $"map units must be of {FlaskBitmap.UnitBits} bits");
        }

        var end = U32(member);
        var count = Count(member, sizeof(uint) + sizeof(ulong));
        if (end % FlaskBitmap.UnitBits != 0 || end > FlaskLimits.MaxSymbols + 1 || (end == 0) != (count == 0))
        {
            Refuse(member, $"a highest bit of {end} with {count} nodes");
        }

        var nodes = count == 0 ? [] : new FlaskBitmap.Node[count];
        var next = 0u;
        for (var i = 0; i < count; i++)
        {
            var start = U32(member);
            var bits = U64(member);
            if (start % FlaskBitmap.UnitBits != 0 || start < next || start > end - FlaskBitmap.UnitBits || bits == 0)
            {
                Refuse(member, $"a node at bit {start} is empty, unaligned, or out of order");
            }

            nodes[i] = new((int)start, bits);
            next = start + FlaskBitmap.UnitBits;
        }

        return new(nodes);
    }

    [DoesNotReturn]
    public readonly void Refuse(string member, string problem) => throw new FlaskFormatException(new(member, Offset, problem));

    private int Within(uint value, string member, int highest)
    {
        if (value == 0 || value > (uint)highest)
        {
            Refuse(member, $"{value} is not a number from 1 to {highest}");
        }

        return (int)value;
    }

    private ReadOnlySpan<byte> Take(int length, string member)
    {
        if (length > Left)
        {
            Refuse(member, $"{length} bytes are needed and {Left} are left");
        }

        var taken = _bytes.Slice(Offset, length);
        Offset += length;
        return taken;
    }
}
