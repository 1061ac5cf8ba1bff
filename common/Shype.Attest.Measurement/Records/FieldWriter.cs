using System.Formats.Cbor;
using System.Text;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// Writes what <see cref="FieldReader"/> reads, and refuses what it would refuse. All keys are unsigned integers, for which the library's canonical
/// order (RFC 7049, 3.9: shorter first) and that of RFC 8949, 4.2.1 (bytewise) are the same.
/// </summary>
internal sealed class FieldWriter
{
    [ThreadStatic]
    private static FieldWriter? t_idle;

    private readonly CborWriter _cbor = new(CborConformanceMode.Canonical, convertIndefiniteLengthEncodings: true);

    private FieldWriter()
    {
    }

    /// <summary>An empty writer. One of each thread is used again, because the library's has ten times the size of what most records write.</summary>
    public static FieldWriter Begin()
    {
        var writer = t_idle ?? new FieldWriter();
        t_idle = null;
        writer._cbor.Reset();
        return writer;
    }

    public void BeginMap() => _cbor.WriteStartMap(null);

    public void EndMap() => _cbor.WriteEndMap();

    public void BeginArray(int count) => _cbor.WriteStartArray(count);

    public void EndArray() => _cbor.WriteEndArray();

    public void Key(ulong key) => _cbor.WriteUInt64(key);

    public void UInt(ulong value) => _cbor.WriteUInt64(value);

    public void Bool(ulong key, bool value)
    {
        Key(key);
        _cbor.WriteBoolean(value);
    }

    public void UInt(ulong key, ulong value)
    {
        Key(key);
        UInt(value);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _cbor.WriteByteString(value);

    public void Bytes(ulong key, ReadOnlySpan<byte> value)
    {
        Key(key);
        Bytes(value);
    }

    public void Text(
        string value, string member, int min = 1, int max = MeasurementLimits.MaxNameBytes, string limit = nameof(MeasurementLimits.MaxNameBytes))
    {
        ArgumentNullException.ThrowIfNull(value, member);
        if (TextRules.IndexOfForbidden(value) is var index && index >= 0)
        {
            throw Refuse(RecordProblemCode.TextNotAllowed, member, $"character U+{(int)value[index]:X4} is not allowed in a record");
        }

        byte[] bytes;
        try
        {
            bytes = Strict.GetBytes(value);
        }
        catch (EncoderFallbackException e)
        {
            throw new RecordFormatException(Problem(RecordProblemCode.Malformed, member, "the text is not valid Unicode"), e);
        }

        if (bytes.Length > max)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, member, $"{bytes.Length} bytes, {max} are allowed ({limit})");
        }

        if (bytes.Length < min)
        {
            throw Refuse(RecordProblemCode.Malformed, member, "is empty");
        }

        _cbor.WriteTextString(value);
    }

    public void Text(
        ulong key, string value, string member, int min = 1, int max = MeasurementLimits.MaxNameBytes, string limit = nameof(MeasurementLimits.MaxNameBytes))
    {
        Key(key);
        Text(value, member, min, max, limit);
    }

    public void OptionalText(ulong key, string? value, string member)
    {
        if (value is not null)
        {
            Text(key, value, member);
        }
    }

    public void CommandLine(ulong key, string value, string member) =>
        Text(key, value, member, 0, MeasurementLimits.MaxCommandLineBytes, nameof(MeasurementLimits.MaxCommandLineBytes));

    public void Reason(ulong key, string value) =>
        Text(key, value, "reason", 1, MeasurementLimits.MaxReasonBytes, nameof(MeasurementLimits.MaxReasonBytes));

    public void Digest(ulong key, MeasuredDigest value, string member)
    {
        Key(key);
        Digest(value, member);
    }

    public void Digest(MeasuredDigest value, string member)
    {
        if (value.IsEmpty)
        {
            throw Refuse(RecordProblemCode.Malformed, member, "is empty");
        }

        BeginArray(2);
        _cbor.WriteTextString(value.Kind);
        Bytes(value.Value);
        EndArray();
    }

    public void OptionalDigest(ulong key, MeasuredDigest? value, string member)
    {
        if (value is { } digest)
        {
            Digest(key, digest, member);
        }
    }

    public void List<T>(ulong key, IReadOnlyList<T> values, string member, int max, string limit, Action<FieldWriter, T> write)
    {
        ArgumentNullException.ThrowIfNull(values, member);
        if (values.Count > max)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, member, $"{values.Count} entries, {max} are allowed ({limit})");
        }

        Key(key);
        BeginArray(values.Count);
        foreach (var value in values)
        {
            write(this, value);
        }

        EndArray();
    }

    public byte[] Finish()
    {
        // A writer that refuses half-way is not used again.
        t_idle = this;
        return _cbor.Encode();
    }

    public RecordFormatException Refuse(RecordProblemCode code, string member, string problem) => new(Problem(code, member, problem));

    private RecordProblem Problem(RecordProblemCode code, string member, string problem) => new(code, member, _cbor.BytesWritten, problem);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
