using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Shype.Attest.Protocol;

/// <summary>
/// Fields that each carry their length, to be hashed: two different lists of fields never give the same bytes. Fills the caller's buffer, usually
/// on the stack, and goes on in one of its own where that is too small.
/// </summary>
internal ref struct LengthFramed
{
    private Span<byte> _buffer;
    private int _used;

    public LengthFramed(Span<byte> buffer, string label)
    {
        _buffer = buffer;
        Add(label);
    }

    /// <summary>What a caller may put on the stack; enough for every message of ours but the largest selections.</summary>
    public const int UsualSize = 512;

    public void Add(scoped ReadOnlySpan<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), field.Length);
        field.CopyTo(Take(field.Length));
    }

    public void Add(string field)
    {
        var length = Encoding.UTF8.GetByteCount(field);
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), length);
        Encoding.UTF8.GetBytes(field, Take(length));
    }

    public void Add(ulong field)
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), sizeof(ulong));
        BinaryPrimitives.WriteUInt64BigEndian(Take(sizeof(ulong)), field);
    }

    public readonly byte[] Sha256() => SHA256.HashData(_buffer[.._used]);

    public readonly byte[] Hmac(ReadOnlySpan<byte> key) => HMACSHA256.HashData(key, _buffer[.._used]);

    private Span<byte> Take(int length)
    {
        if (_buffer.Length - _used < length)
        {
            var larger = new byte[Math.Max(_buffer.Length * 2, _used + length)];
            _buffer[.._used].CopyTo(larger);
            _buffer = larger;
        }

        _used += length;
        return _buffer.Slice(_used - length, length);
    }
}
