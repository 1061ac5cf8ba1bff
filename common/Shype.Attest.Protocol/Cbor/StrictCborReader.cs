using System.Buffers.Binary;
using System.Text;

namespace Shype.Attest.Protocol.Cbor;

/// <summary>
/// CBOR (RFC 8949) as our messages use it: definite lengths, shortest forms, valid UTF-8, nothing left over. Names member and offset when it
/// refuses, allocates nothing by a length it has not compared with the bytes that are left.
/// </summary>
internal ref struct StrictCborReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Offset { get; private set; }

    public readonly int Remaining => _bytes.Length - Offset;

    public readonly CborMajorType PeekType(string member) =>
        Remaining > 0 ? (CborMajorType)(_bytes[Offset] >> 5) : throw Refuse(member, "the message ends here");

    public ulong ReadUInt(string member) => ReadHead(CborMajorType.UnsignedInteger, member);

    public long ReadInt(string member)
    {
        var isNegative = PeekType(member) == CborMajorType.NegativeInteger;
        var at = Offset;
        var value = ReadHead(isNegative ? CborMajorType.NegativeInteger : CborMajorType.UnsignedInteger, member);
        return value > long.MaxValue ? throw RefuseAt(at, member, "the number has more than 63 bits") : isNegative ? -1 - (long)value : (long)value;
    }

    public ulong ReadTag(string member) => ReadHead(CborMajorType.Tag, member);

    public int ReadMapHeader(string member, int max, string limit) => ReadCount(CborMajorType.Map, 2, member, max, limit);

    public int ReadArrayHeader(string member, int max, string limit) => ReadCount(CborMajorType.Array, 1, member, max, limit);

    public void ReadArrayOf(int count, string member)
    {
        var at = Offset;
        var found = ReadHead(CborMajorType.Array, member);
        if (found != (ulong)count)
        {
            throw RefuseAt(at, member, $"an array of {count} items is needed, {found} found");
        }
    }

    /// <summary>Where a byte string stands, so that the caller can keep a slice of its own memory instead of a copy.</summary>
    public Range ReadBytesRange(string member, int max, string limit)
    {
        var length = ReadLength(CborMajorType.ByteString, member, max, limit);
        var start = Offset;
        Offset += length;
        return start..Offset;
    }

    public ReadOnlySpan<byte> ReadBytes(string member, int max, string limit) => _bytes[ReadBytesRange(member, max, limit)];

    public ReadOnlySpan<byte> ReadTextBytes(string member, int max, string limit)
    {
        var at = Offset;
        var length = ReadLength(CborMajorType.TextString, member, max, limit);
        var text = _bytes.Slice(Offset, length);
        if (!System.Text.Unicode.Utf8.IsValid(text))
        {
            throw RefuseAt(at, member, "the text is not UTF-8");
        }

        Offset += length;
        return text;
    }

    public string ReadText(string member, int max, string limit) => Encoding.UTF8.GetString(ReadTextBytes(member, max, limit));

    public readonly void End(string message)
    {
        if (Remaining > 0)
        {
            throw Refuse(message, $"{Remaining} bytes are left over");
        }
    }

    public readonly ProtocolFormatException Refuse(string member, string problem) => RefuseAt(Offset, member, problem);

    public static ProtocolFormatException RefuseAt(int offset, string member, string problem, string? limit = null) =>
        new(new ProtocolProblem(member, offset, problem, limit));

    private int ReadCount(CborMajorType type, int minItemSize, string member, int max, string limit)
    {
        var at = Offset;
        var count = ReadHead(type, member);
        if (count > (ulong)max)
        {
            throw RefuseAt(at, member, $"{count} items, {max} are allowed ({limit})", limit);
        }

        return (int)count * minItemSize <= Remaining ? (int)count : throw RefuseAt(at, member, $"{count} items, but only {Remaining} bytes are left");
    }

    private int ReadLength(CborMajorType type, string member, int max, string limit)
    {
        var at = Offset;
        var length = ReadHead(type, member);
        if (length > (ulong)max)
        {
            throw RefuseAt(at, member, $"{length} bytes, {max} are allowed ({limit})", limit);
        }

        return (int)length <= Remaining ? (int)length : throw RefuseAt(at, member, $"needs {length} bytes, {Remaining} left");
    }

    private ulong ReadHead(CborMajorType expected, string member)
    {
        var at = Offset;
        var found = PeekType(member);
        if (found != expected)
        {
            throw Refuse(member, $"{Name(expected)} is needed, {Name(found)} found");
        }

        var info = _bytes[Offset++] & 0x1f;
        if (info < 24)
        {
            return (ulong)info;
        }

        // RFC 8949 3: 28-30 are not well-formed, 31 is an indefinite length, which deterministic encoding (4.2.1) excludes.
        if (info > 27)
        {
            throw RefuseAt(at, member, info == 31 ? "indefinite lengths are not allowed" : "the length is not well-formed");
        }

        var size = 1 << (info - 24);
        if (Remaining < size)
        {
            throw RefuseAt(at, member, $"needs {size} bytes, {Remaining} left");
        }

        var argument = _bytes.Slice(Offset, size);
        Offset += size;
        var (value, least) = size switch
        {
            1 => (argument[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(argument), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(argument), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(argument), 1UL << 32),
        };
        return value >= least ? value : throw RefuseAt(at, member, "the number is not in its shortest form");
    }

    private static string Name(CborMajorType type) => type switch
    {
        CborMajorType.UnsignedInteger => "an unsigned integer",
        CborMajorType.NegativeInteger => "a negative integer",
        CborMajorType.ByteString => "a byte string",
        CborMajorType.TextString => "a text string",
        CborMajorType.Array => "an array",
        CborMajorType.Map => "a map",
        CborMajorType.Tag => "a tag",
        _ => "a simple value",
    };
}

internal enum CborMajorType
{
    UnsignedInteger,
    NegativeInteger,
    ByteString,
    TextString,
    Array,
    Map,
    Tag,
    Simple,
}
