using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>Writes the little-endian structures of UEFI that stand in event data.</summary>
internal sealed class UefiData
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public UefiData UInt8(byte value)
    {
        _bytes.Write([value]);
        return this;
    }

    public UefiData UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.GetSpan(2), value);
        _bytes.Advance(2);
        return this;
    }

    public UefiData UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public UefiData UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    /// <summary>EFI_GUID: mixed-endian, as <see cref="Guid"/> writes itself.</summary>
    public UefiData Guid(Guid value)
    {
        value.TryWriteBytes(_bytes.GetSpan(16));
        _bytes.Advance(16);
        return this;
    }

    /// <summary>UTF-16 with a NUL behind.</summary>
    public UefiData Text(string value) => Characters(value).UInt16(0);

    /// <summary>UTF-16 without a NUL.</summary>
    public UefiData Characters(string value) => Bytes(Encoding.Unicode.GetBytes(value));

    public UefiData Bytes(ReadOnlySpan<byte> value)
    {
        _bytes.Write(value);
        return this;
    }

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
