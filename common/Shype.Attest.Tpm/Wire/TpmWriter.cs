using System.Buffers.Binary;

namespace Shype.Attest.Tpm.Wire;

/// <summary>
/// Writes TPM structures with the verbs of <see cref="TpmReader"/>. Fills the caller's buffer, usually on the stack, and goes on in one of its own where that is
/// too small.
/// </summary>
public ref struct TpmWriter
{
    private Span<byte> _buffer;
    private int _used;

    /// <summary>A writer that begins in this buffer, which may be empty.</summary>
    public TpmWriter(Span<byte> buffer) => _buffer = buffer;

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[.._used];

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _used;

    /// <summary>A UINT8.</summary>
    public void WriteByte(byte value) => Take(sizeof(byte))[0] = value;

    /// <summary>A TPMI_YES_NO.</summary>
    public void WriteYesNo(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>A UINT16.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);

    /// <summary>A UINT32.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(sizeof(uint)), value);

    /// <summary>A UINT64.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), value);

    /// <summary>Bytes as they are.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>A TPM2B of these bytes.</summary>
    public void WriteSized(scoped ReadOnlySpan<byte> value)
    {
        WriteUInt16(checked((ushort)value.Length));
        WriteBytes(value);
    }

    /// <summary>Begins a TPM2B whose size <see cref="EndSized"/> fills in; the mark belongs to that call.</summary>
    public int BeginSized()
    {
        WriteUInt16(0);
        return _used;
    }

    /// <summary>Ends a TPM2B.</summary>
    public readonly void EndSized(int mark) => BinaryPrimitives.WriteUInt16BigEndian(_buffer[(mark - sizeof(ushort))..], checked((ushort)(_used - mark)));

    /// <summary>Puts a UINT32 where one was written before: a size that is known only at the end.</summary>
    public readonly void Patch(int offset, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_buffer[offset..], value);

    /// <summary>What was written, as an array of its own.</summary>
    public readonly byte[] ToArray() => Written.ToArray();

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _used < count)
        {
            var larger = new byte[Math.Max(_buffer.Length * 2, _used + Math.Max(count, 64))];
            Written.CopyTo(larger);
            _buffer = larger;
        }

        _used += count;
        return _buffer.Slice(_used - count, count);
    }
}
