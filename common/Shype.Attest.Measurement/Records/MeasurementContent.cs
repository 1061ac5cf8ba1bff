using System.Diagnostics.CodeAnalysis;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// What one record says. Its deterministic CBOR, <c>[type, version, fields]</c>, is what is hashed into the PCR, byte for byte, so nothing in a
/// record can be believed that the digest does not cover (docs/records.md).
/// </summary>
public abstract record MeasurementContent
{
    /// <summary>The type's name on the wire.</summary>
    public abstract string Type { get; }

    /// <summary>Which PCR the record is extended into.</summary>
    public abstract PcrRole Role { get; }

    /// <summary>The bytes to hash and keep.</summary>
    /// <exception cref="RecordFormatException">A field is over its limit or holds text that is not allowed.</exception>
    public byte[] Encode()
    {
        var writer = FieldWriter.Begin();
        writer.BeginArray(3);
        writer.Text(Type, "type");
        writer.UInt(ContentTypes.Version);
        writer.BeginMap();
        WriteFields(writer);
        writer.EndMap();
        writer.EndArray();
        var bytes = writer.Finish();
        return bytes.Length <= MeasurementLimits.MaxContentBytes
            ? bytes
            : throw writer.Refuse(
                RecordProblemCode.LimitExceeded,
                "content",
                $"{bytes.Length} bytes, {MeasurementLimits.MaxContentBytes} are allowed ({nameof(MeasurementLimits.MaxContentBytes)})");
    }

    /// <summary>Reads exactly what <see cref="Encode"/> writes, or says what is wrong.</summary>
    public static bool TryDecode(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out MeasurementContent? content, [NotNullWhen(false)] out RecordProblem? problem)
    {
        var reader = new FieldReader();
        try
        {
            content = ContentTypes.Read(reader, bytes, 0);
            problem = null;
            return true;
        }
        catch (RecordFormatException e)
        {
            content = null;
            problem = e.Problem;
            return false;
        }
    }

    internal abstract void WriteFields(FieldWriter writer);
}
