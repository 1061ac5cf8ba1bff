using System.Buffers.Binary;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>Little-endian reading of a firmware log: every size is compared with what is left before anything is taken.</summary>
internal sealed class EventReader(ReadOnlyMemory<byte> log, int start, int end)
{
    private string _part = "";
    private int? _index;

    public int Offset { get; private set; } = start;

    public int Remaining => end - Offset;

    /// <summary>What problems are said to be in: "event 3".</summary>
    public void Enter(string part, int? index = null) => (_part, _index) = (part, index);

    public byte ReadUInt8(string member) => Take(1, member).Span[0];

    public ushort ReadUInt16(string member) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, member).Span);

    public uint ReadUInt32(string member) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, member).Span);

    public ulong ReadUInt64(string member) => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, member).Span);

    /// <summary>EFI_GUID: mixed-endian, as <see cref="Guid"/> reads itself.</summary>
    public Guid ReadGuid(string member) => new(Take(16, member).Span);

    /// <summary>All that is left.</summary>
    public ReadOnlyMemory<byte> ReadRest() => Take(Remaining, "rest");

    /// <summary>Bytes after a size of any width that was already read.</summary>
    public ReadOnlyMemory<byte> ReadCounted(ulong count, string member) =>
        count <= (ulong)Remaining ? Take((int)count, member) : throw Refuse(In(member), Offset, $"has {count} bytes, {Remaining} left");

    public ReadOnlyMemory<byte> ReadBytes(int count, string member) => Take(count, member);

    /// <summary>A UINT32 count of elements that each take at least <paramref name="elementSize"/> bytes.</summary>
    public int ReadCount(string member, int min, int max, string limit, int elementSize)
    {
        var at = Offset;
        var count = ReadUInt32(member);
        if (count > max)
        {
            throw Refuse(In(member), at, $"is {count}, {max} are allowed ({limit})");
        }

        if (count < min)
        {
            throw Refuse(In(member), at, $"is {count}, at least {min} is needed");
        }

        return count * elementSize <= Remaining
            ? (int)count
            : throw Refuse(In(member), at, $"is {count}, but only {Remaining} bytes are left");
    }

    /// <summary>Bytes after a UINT32 size.</summary>
    public ReadOnlyMemory<byte> ReadSized(string sizeMember, string member)
    {
        var at = Offset;
        var size = ReadUInt32(sizeMember);
        if (size > Remaining)
        {
            throw Refuse(In(sizeMember), at, $"is {size}, but only {Remaining} bytes are left");
        }

        return size <= MeasurementLimits.MaxFirmwareEventBytes
            ? Take((int)size, member)
            : throw Refuse(
                In(sizeMember),
                at,
                $"is {size}, {MeasurementLimits.MaxFirmwareEventBytes} are allowed ({nameof(MeasurementLimits.MaxFirmwareEventBytes)})");
    }

    public PcrIndex ReadPcr()
    {
        var at = Offset;
        var value = ReadUInt32("pcrIndex");
        return PcrIndex.TryCreate(value, out var pcr) ? pcr : throw Refuse(In("pcrIndex"), at, $"is {value}, PCRs are 0 to 23");
    }

    public void End(string structure)
    {
        if (Remaining > 0)
        {
            throw Refuse(structure, Offset, $"{Remaining} bytes are left over");
        }
    }

    public static LogFormatException Refuse(string member, int offset, string problem) => new(new LogProblem(member, offset, problem));

    private string In(string member) => _index is { } index ? $"{_part} {index} {member}" : $"{_part} {member}";

    private ReadOnlyMemory<byte> Take(int count, string member)
    {
        if (count > Remaining)
        {
            throw Refuse(In(member), Offset, $"needs {count} bytes, {Remaining} left");
        }

        var bytes = log.Slice(Offset, count);
        Offset += count;
        return bytes;
    }
}
