using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Tpm.Wire;

/// <summary>
/// Reads TPM structures: big-endian integers and sized buffers (TPM 2.0 Part 2, 4 and 10.4). Each verb takes the member's name in the specification and
/// refuses with that name and the byte. No length is believed before it is compared with what is left, and none is allocated by.
/// </summary>
public ref struct TpmReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _origin;
    private int _at;

    /// <summary>A reader at the first of these bytes.</summary>
    public TpmReader(ReadOnlySpan<byte> bytes)
        : this(bytes, 0)
    {
    }

    private TpmReader(ReadOnlySpan<byte> bytes, int origin)
    {
        _bytes = bytes;
        _origin = origin;
    }

    /// <summary>The next byte, counted from the start of what was given to the outermost reader.</summary>
    public readonly int Offset => _origin + _at;

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - _at;

    /// <summary>A UINT8.</summary>
    public byte ReadByte(string member) => Take(sizeof(byte), member)[0];

    /// <summary>A UINT16.</summary>
    public ushort ReadUInt16(string member) => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort), member));

    /// <summary>A UINT32.</summary>
    public uint ReadUInt32(string member) => BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint), member));

    /// <summary>A UINT64.</summary>
    public ulong ReadUInt64(string member) => BinaryPrimitives.ReadUInt64BigEndian(Take(sizeof(ulong), member));

    /// <summary>A TPMI_YES_NO: 0 or 1, nothing else (Part 2, 9.2).</summary>
    public bool ReadYesNo(string member)
    {
        var value = ReadByte(member);
        return value <= 1 ? value == 1 : throw Refuse(member, $"is {value}; 0 or 1 is needed", sizeof(byte));
    }

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count, string member) => Take(count, member);

    /// <summary>A TPM2B: a UINT16 size and so many bytes, at most <paramref name="max"/>.</summary>
    public ReadOnlySpan<byte> ReadSized(string member, int max) => Take(ReadSize(member, max), member);

    /// <summary>A TPM2B that holds a structure: a reader of exactly its bytes, which the caller ends with <see cref="End"/>.</summary>
    public TpmReader ReadSizedStructure(string member, int max)
    {
        var size = ReadSize(member, max);
        var origin = Offset;
        return new TpmReader(Take(size, member), origin);
    }

    /// <summary>The UINT32 count of a TPML whose elements have at least so many bytes each.</summary>
    public int ReadCount(string member, int max, int leastElementBytes)
    {
        var count = ReadUInt32(member);
        if (count > (uint)max)
        {
            throw Refuse(member, $"is {count}, {max} are allowed", sizeof(uint));
        }

        return (long)count * leastElementBytes <= Remaining
            ? (int)count
            : throw Refuse(member, $"is {count}, which {Remaining} bytes cannot hold", sizeof(uint));
    }

    /// <summary>The rest, whatever it is.</summary>
    public ReadOnlySpan<byte> ReadRest() => Take(Remaining, "rest");

    /// <summary>Nothing may be left over.</summary>
    public readonly void End(string structure)
    {
        if (Remaining != 0)
        {
            throw Refuse(structure, $"{Remaining} bytes are left over");
        }
    }

    /// <summary>A refusal at the next byte, or at so many bytes before it.</summary>
    public readonly TpmFormatException Refuse(string member, string problem, int bytesBack = 0) => new(new TpmFormatProblem(member, Offset - bytesBack, problem));

    private int ReadSize(string member, int max)
    {
        var size = ReadUInt16(member);
        return size <= max ? size : throw Refuse(member, $"has {size} bytes, {max} are allowed", sizeof(ushort));
    }

    private ReadOnlySpan<byte> Take(int count, string member)
    {
        if ((uint)count > (uint)Remaining)
        {
            ThrowShort(count, member);
        }

        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    [DoesNotReturn]
    private readonly void ThrowShort(int count, string member) => throw Refuse(member, $"needs {count} bytes, {Remaining} left");
}
