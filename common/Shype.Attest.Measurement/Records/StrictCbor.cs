using System.Buffers.Binary;
using System.Text.Unicode;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// Reads deterministic CBOR (RFC 8949, 4.2.1) item by item: shortest integers, definite lengths, ascending map keys, bounded depth; no tags, floats,
/// negative numbers or null. Remembers member and offset for the problem that it throws, and compares every length with what is left before it takes
/// anything. Own code because a verifier replays records by the hundred thousand and the library's reader costs three times the hashes; the tests hold
/// it against that reader.
/// </summary>
internal class StrictCbor
{
    private readonly int[] _left = new int[MeasurementLimits.MaxDepth];
    private readonly ulong?[] _last = new ulong?[MeasurementLimits.MaxDepth];
    private ReadOnlyMemory<byte> _bytes;
    private int _position;
    private int _base;
    private int _depth;
    private int _at;
    private string _member = "";

    /// <summary>Where the next item begins, counted from the start of what the caller was given.</summary>
    public int Offset => _base + _position;

    /// <summary>Whether the map or array that was entered last has more entries.</summary>
    public bool More => _left[_depth - 1] > 0;

    /// <summary>Begins again on other bytes.</summary>
    public virtual void Start(ReadOnlyMemory<byte> bytes, int offset) => (_bytes, _base, _position, _depth) = (bytes, offset, 0, 0);

    public void BeginMap(string member, int max)
    {
        Enter(member, Major.Map, max, 2);
        _last[_depth - 1] = null;
    }

    public int BeginArray(string member, int max)
    {
        Enter(member, Major.Array, max, 1);
        return _left[_depth - 1];
    }

    public void BeginArrayOf(int count, string member)
    {
        if (BeginArray(member, int.MaxValue) is var found && found != count)
        {
            throw Refuse(RecordProblemCode.Malformed, $"an array of {count} is needed, one of {found} found");
        }
    }

    /// <summary>Leaves an array of which every item, or a map of which every entry, was read.</summary>
    public void Leave() => _depth--;

    /// <summary>The key of a map's next entry; greater than the one before.</summary>
    public ulong Key(string member)
    {
        At(member);
        var key = ReadHead(Major.Unsigned);
        if (_last[_depth - 1] is { } last && key <= last)
        {
            throw Refuse(RecordProblemCode.Malformed, key == last ? $"key {key} is there twice" : $"key {key} stands after {last}");
        }

        _left[_depth - 1]--;
        _last[_depth - 1] = key;
        return key;
    }

    public ulong UInt(string member, ulong max = ulong.MaxValue)
    {
        At(member);
        var value = ReadHead(Major.Unsigned);
        return value <= max ? value : throw Refuse(RecordProblemCode.LimitExceeded, $"{value} is over the largest value allowed, {max}");
    }

    public bool Bool(string member)
    {
        At(member);
        var initial = _position < _bytes.Length ? _bytes.Span[_position] : throw Ended();
        _position++;
        return initial is False or True
            ? initial == True
            : throw Refuse(RecordProblemCode.Malformed, $"true or false is needed, {Name((Major)(initial >> 5))} found");
    }

    public ReadOnlyMemory<byte> Bytes(string member, int min, int max, string limit) => String(member, Major.Bytes, min, max, limit);

    public ReadOnlySpan<byte> TextBytes(string member, int min, int max, string limit)
    {
        var text = String(member, Major.Text, min, max, limit).Span;
        return Utf8.IsValid(text) ? text : throw Refuse(RecordProblemCode.Malformed, "the text is not UTF-8");
    }

    public void End(string member)
    {
        At(member);
        if (_position < _bytes.Length)
        {
            throw Refuse(RecordProblemCode.Malformed, $"{_bytes.Length - _position} bytes are left over");
        }
    }

    public RecordFormatException Refuse(RecordProblemCode code, string problem) => new(new RecordProblem(code, _member, _at, problem));

    protected void At(string member) => (_member, _at) = (member, Offset);

    private void Enter(string member, Major type, int max, int entrySize)
    {
        At(member);
        if (_depth == _left.Length)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, $"nested deeper than {_left.Length} ({nameof(MeasurementLimits.MaxDepth)})");
        }

        var count = ReadHead(type);
        if (count > (ulong)max)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, $"{count} entries, {max} are allowed");
        }

        _left[_depth++] = (long)count * entrySize <= _bytes.Length - _position
            ? (int)count
            : throw Refuse(RecordProblemCode.Malformed, $"{count} entries, but only {_bytes.Length - _position} bytes are left");
    }

    private ReadOnlyMemory<byte> String(string member, Major type, int min, int max, string limit)
    {
        At(member);
        var length = ReadHead(type);
        if (length > (ulong)max)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, $"{length} bytes, {max} are allowed ({limit})");
        }

        if (length < (ulong)min)
        {
            throw Refuse(RecordProblemCode.Malformed, length == 0 ? "is empty" : $"{length} bytes, at least {min} are needed");
        }

        if ((int)length > _bytes.Length - _position)
        {
            throw Refuse(RecordProblemCode.Malformed, $"needs {length} bytes, {_bytes.Length - _position} left");
        }

        _position += (int)length;
        return _bytes.Slice(_position - (int)length, (int)length);
    }

    private ulong ReadHead(Major needed)
    {
        var bytes = _bytes.Span[_position..];
        if (bytes.IsEmpty)
        {
            throw Ended();
        }

        var found = (Major)(bytes[0] >> 5);
        if (found != needed)
        {
            throw Refuse(RecordProblemCode.Malformed, $"{Name(needed)} is needed, {Name(found)} found");
        }

        var info = bytes[0] & 0x1f;
        if (info < 24)
        {
            _position++;
            return (ulong)info;
        }

        return ReadArgument(bytes[1..], info);
    }

    private ulong ReadArgument(ReadOnlySpan<byte> bytes, int info)
    {
        if (info > 27)
        {
            throw Refuse(RecordProblemCode.Malformed, info == 31 ? "indefinite lengths are not allowed" : "is not well-formed CBOR");
        }

        var size = 1 << (info - 24);
        if (bytes.Length < size)
        {
            throw Ended();
        }

        var (value, least) = size switch
        {
            1 => (bytes[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(bytes), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(bytes), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(bytes), 1UL << 32),
        };
        _position += 1 + size;
        return value >= least ? value : throw Refuse(RecordProblemCode.Malformed, "the number is not in its shortest form");
    }

    private RecordFormatException Ended() => Refuse(RecordProblemCode.Malformed, "the bytes end here");

    private static string Name(Major type) => type switch
    {
        Major.Unsigned => "an unsigned integer",
        Major.Negative => "a negative integer",
        Major.Bytes => "a byte string",
        Major.Text => "a text",
        Major.Array => "an array",
        Major.Map => "a map",
        Major.Tag => "a tag",
        _ => "a simple value or float",
    };

    private const byte False = 0xf4;
    private const byte True = 0xf5;

    // RFC 8949, 3.1: the high three bits of an item's first byte.
    private enum Major
    {
        Unsigned,
        Negative,
        Bytes,
        Text,
        Array,
        Map,
        Tag,
        Simple,
    }
}
