using System.Buffers.Binary;
using System.Text;

namespace Shype.Attest.Measurement.Cel;

/// <summary>
/// The content of a canonical event: its type, and its value as it stands in the TLV form, whatever form it was read from. It is the log's writer who says it; whether a
/// digest covers it is <see cref="CelCoverage"/>'s.
/// </summary>
/// <param name="Type">The type.</param>
/// <param name="Value">The value of the content's TLV; of a type that only JSON names, its JSON.</param>
/// <param name="Fields">The fields in it; empty where the type is not known.</param>
public sealed record CelContent(CelContentType Type, ReadOnlyMemory<byte> Value, IReadOnlyList<CelField> Fields)
{
    /// <summary>The name of a type that JSON gave and that has no number here.</summary>
    public string? ForeignType { get; init; }

    /// <summary>The first field of that number; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Field(byte number)
    {
        foreach (var field in Fields)
        {
            if (field.Number == number)
            {
                return field.Value;
            }
        }

        return null;
    }

    internal static CelContent Of(CelContentType type, params ReadOnlySpan<CelField> fields) => new(type, Tlv.Join(fields), fields.ToArray());
}

/// <summary>One field of a content.</summary>
/// <param name="Number">Its type in the TLV form.</param>
/// <param name="Value">Its value; numbers are big-endian.</param>
public readonly record struct CelField(byte Number, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value as a number; null where it is empty or larger than 64 bits.</summary>
    public ulong? Number64 => Tlv.Number(Value.Span);

    /// <summary>The value as text, with replacement characters for what is not UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Value.Span);
}

/// <summary>Type (1 byte), length (4 bytes, big-endian), value.</summary>
internal static class Tlv
{
    public const int HeadBytes = 5;

    public static byte[] Join(ReadOnlySpan<CelField> fields)
    {
        var size = 0;
        foreach (var field in fields)
        {
            size += HeadBytes + field.Value.Length;
        }

        var (joined, at) = (new byte[size], 0);
        foreach (var field in fields)
        {
            joined[at] = field.Number;
            BinaryPrimitives.WriteInt32BigEndian(joined.AsSpan(at + 1), field.Value.Length);
            field.Value.Span.CopyTo(joined.AsSpan(at + HeadBytes));
            at += HeadBytes + field.Value.Length;
        }

        return joined;
    }

    public static ulong? Number(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > sizeof(ulong))
        {
            return null;
        }

        var number = 0UL;
        foreach (var digit in value)
        {
            number = (number << 8) | digit;
        }

        return number;
    }

    /// <summary>A number in that many bytes.</summary>
    public static byte[] Bytes(ulong number, int width)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes[^width..];
    }
}
