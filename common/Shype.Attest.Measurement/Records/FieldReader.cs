using System.Formats.Cbor;
using System.Text;
using System.Text.Unicode;

namespace Shype.Attest.Measurement.Records;

/// <summary>
/// Reads a record's deterministic CBOR (RFC 8949, 4.2.1) field by field, in the order of docs/records.md, over the library's reader in canonical
/// mode. Definite lengths only, no tags, no floats, no negative numbers, known fields only, bounded depth; remembers member and offset for the
/// border's problem. One reader serves a whole log: <see cref="Start"/> moves it to other bytes.
/// </summary>
internal sealed class FieldReader
{
    private readonly CborReader _cbor = new(ReadOnlyMemory<byte>.Empty, CborConformanceMode.Canonical, allowMultipleRootLevelValues: true);
    private readonly int[] _left = new int[MeasurementLimits.MaxDepth];
    private int _depth;
    private ulong? _key;
    private int _base;
    private int _length;
    private int _at;
    private string _member = "";

    /// <summary>Where the next item begins, counted from the start of what the caller was given.</summary>
    public int Offset => _base + _length - _cbor.BytesRemaining;

    public int Remaining => _cbor.BytesRemaining;

    public void Start(ReadOnlyMemory<byte> bytes, int offset)
    {
        _cbor.Reset(bytes);
        (_length, _base, _depth, _key) = (bytes.Length, offset, 0, null);
    }

    public void BeginMap(string member, int max)
    {
        Deeper(member);
        Entered(_cbor.ReadStartMap(), max);
    }

    public void EndMap(string member)
    {
        At(member);
        if (_key is { } unread)
        {
            throw Refuse(RecordProblemCode.Malformed, $"field {unread} is unknown");
        }

        if (_left[_depth - 1] > 0)
        {
            throw Refuse(RecordProblemCode.Malformed, $"field {_cbor.ReadUInt64()} is unknown");
        }

        _cbor.ReadEndMap();
        _depth--;
    }

    public int BeginArray(string member, int max)
    {
        Deeper(member);
        Entered(_cbor.ReadStartArray(), max);
        return _left[_depth - 1];
    }

    public void BeginArrayOf(int count, string member)
    {
        if (BeginArray(member, int.MaxValue) is var found && found != count)
        {
            throw Refuse(RecordProblemCode.Malformed, $"an array of {count} is needed, one of {found} found");
        }
    }

    public void EndArray()
    {
        _cbor.ReadEndArray();
        _depth--;
    }

    /// <summary>Whether the next field is <paramref name="key"/>; when it is, its value comes next.</summary>
    public bool Has(ulong key, string member)
    {
        At(member);
        if (_key is null)
        {
            if (_left[_depth - 1] == 0)
            {
                return false;
            }

            _left[_depth - 1]--;
            _key = _cbor.ReadUInt64();
        }

        if (_key != key)
        {
            return false;
        }

        _key = null;
        _at = Offset;
        return true;
    }

    public void Need(ulong key, string member)
    {
        if (!Has(key, member))
        {
            throw Refuse(RecordProblemCode.Malformed, _key is { } other ? $"field {key} is missing, {other} found" : $"field {key} is missing");
        }
    }

    /// <summary>The key of the next entry of a map whose keys are data.</summary>
    public ulong Key(string member)
    {
        At(member);
        _left[_depth - 1]--;
        return _cbor.ReadUInt64();
    }

    public bool More => _left[_depth - 1] > 0;

    public ulong UInt(string member, ulong max = ulong.MaxValue)
    {
        At(member);
        var value = _cbor.ReadUInt64();
        return value <= max ? value : throw Refuse(RecordProblemCode.LimitExceeded, $"{value} is over the largest value allowed, {max}");
    }

    public ReadOnlyMemory<byte> Bytes(string member, int min, int max, string limit)
    {
        At(member);
        var bytes = _cbor.ReadDefiniteLengthByteString();
        CheckLength(bytes.Length, min, max, limit);
        return bytes;
    }

    public string Text(string member, int min = 1, int max = MeasurementLimits.MaxNameBytes, string limit = nameof(MeasurementLimits.MaxNameBytes))
    {
        At(member);
        var bytes = _cbor.ReadDefiniteLengthTextStringBytes().Span;
        CheckLength(bytes.Length, min, max, limit);
        if (!Utf8.IsValid(bytes))
        {
            throw Refuse(RecordProblemCode.Malformed, "the text is not UTF-8");
        }

        var text = Encoding.UTF8.GetString(bytes);
        return TextRules.IndexOfForbidden(text) is var index && index < 0
            ? text
            : throw Refuse(RecordProblemCode.TextNotAllowed, $"character U+{(int)text[index]:X4} is not allowed in a record");
    }

    public MeasuredDigest Digest(string member)
    {
        BeginArrayOf(2, member);
        var kind = _cbor.ReadDefiniteLengthTextStringBytes().Span;
        var value = _cbor.ReadDefiniteLengthByteString().Span;
        EndArray();
        Span<char> text = stackalloc char[16];
        return kind.Length <= text.Length && Utf8.ToUtf16(kind, text, out _, out var length) == System.Buffers.OperationStatus.Done
            ? MeasuredDigest.TryCreate(text[..length], value, out var digest, out var problem)
                ? digest
                : throw Refuse(RecordProblemCode.UnknownAlgorithm, problem)
            : throw Refuse(RecordProblemCode.UnknownAlgorithm, "the kind of digest is unknown");
    }

    public MeasuredDigest? OptionalDigest(ulong key, string member) => Has(key, member) ? Digest(member) : null;

    public string? OptionalText(ulong key, string member) => Has(key, member) ? Text(member) : null;

    public string Text(ulong key, string member, int min = 1)
    {
        Need(key, member);
        return Text(member, min);
    }

    public string CommandLine(ulong key, string member)
    {
        Need(key, member);
        return Text(member, 0, MeasurementLimits.MaxCommandLineBytes, nameof(MeasurementLimits.MaxCommandLineBytes));
    }

    public string Reason(ulong key)
    {
        Need(key, "reason");
        return Text("reason", 1, MeasurementLimits.MaxReasonBytes, nameof(MeasurementLimits.MaxReasonBytes));
    }

    public MeasuredDigest Digest(ulong key, string member)
    {
        Need(key, member);
        return Digest(member);
    }

    public bool Bool(ulong key, string member)
    {
        Need(key, member);
        At(member);
        return _cbor.ReadBoolean();
    }

    public ulong UInt(ulong key, string member, ulong max = ulong.MaxValue)
    {
        Need(key, member);
        return UInt(member, max);
    }

    public ReadOnlySpan<byte> Bytes(ulong key, string member, int min, int max, string limit)
    {
        Need(key, member);
        return Bytes(member, min, max, limit).Span;
    }

    public IReadOnlyList<T> List<T>(ulong key, string member, int max, Func<FieldReader, T> read)
    {
        Need(key, member);
        var list = new T[BeginArray(member, max)];
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = read(this);
        }

        EndArray();
        return list;
    }

    public void End(string member)
    {
        At(member);
        if (Remaining > 0)
        {
            throw Refuse(RecordProblemCode.Malformed, $"{Remaining} bytes are left over");
        }
    }

    public RecordFormatException Refuse(RecordProblemCode code, string problem) => new(new RecordProblem(code, _member, _at, problem));

    /// <summary>What any exception of the codec means; null when it is not about the input.</summary>
    public RecordProblem? Explain(Exception error) => error switch
    {
        RecordFormatException refused => refused.Problem,
        CborContentException => new(RecordProblemCode.Malformed, _member, _at, error.Message),
        OverflowException => new(RecordProblemCode.Malformed, _member, _at, "the number is negative or too large"),
        InvalidOperationException or FormatException => new(RecordProblemCode.Malformed, _member, _at, "another type of value is needed here"),
        _ => null,
    };

    private void Deeper(string member)
    {
        At(member);
        if (_depth == _left.Length)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, $"nested deeper than {_left.Length} ({nameof(MeasurementLimits.MaxDepth)})");
        }
    }

    private void Entered(int? count, int max)
    {
        if (count is not { } known)
        {
            throw Refuse(RecordProblemCode.Malformed, "indefinite lengths are not allowed");
        }

        _left[_depth++] = known <= max ? known : throw Refuse(RecordProblemCode.LimitExceeded, $"{known} entries, {max} are allowed");
    }

    private void CheckLength(int length, int min, int max, string limit)
    {
        if (length > max)
        {
            throw Refuse(RecordProblemCode.LimitExceeded, $"{length} bytes, {max} are allowed ({limit})");
        }

        if (length < min)
        {
            throw Refuse(RecordProblemCode.Malformed, length == 0 ? "is empty" : $"{length} bytes, at least {min} are needed");
        }
    }

    private void At(string member) => (_member, _at) = (member, Offset);
}
