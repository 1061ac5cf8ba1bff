using System.Text;

namespace Shype.Attest.Measurement.Records;

/// <summary>Reads a record field by field, in the order of docs/records.md. One reader serves a whole log.</summary>
internal sealed class FieldReader : StrictCbor
{
    private ulong? _key;

    /// <summary>Whether the next field is <paramref name="key"/>; when it is, its value comes next.</summary>
    public bool Has(ulong key, string member)
    {
        if (_key is null)
        {
            At(member);
            if (!More)
            {
                return false;
            }

            _key = Key(member);
        }

        if (_key != key)
        {
            return false;
        }

        _key = null;
        At(member);
        return true;
    }

    public void Need(ulong key, string member)
    {
        if (Has(key, member))
        {
            return;
        }

        At(member);
        throw Refuse(RecordProblemCode.Malformed, _key is { } other ? $"field {key} is missing, {other} found" : $"field {key} is missing");
    }

    public void EndFields(string member)
    {
        At(member);
        if (_key is null && More)
        {
            _key = Key(member);
        }

        if (_key is { } unknown)
        {
            throw Refuse(RecordProblemCode.Malformed, $"field {unknown} is unknown");
        }

        Leave();
    }

    public string Text(string member, int min = 1, int max = MeasurementLimits.MaxNameBytes, string limit = nameof(MeasurementLimits.MaxNameBytes))
    {
        var text = Encoding.UTF8.GetString(TextBytes(member, min, max, limit));
        return TextRules.IndexOfForbidden(text) is var index && index < 0
            ? text
            : throw Refuse(RecordProblemCode.TextNotAllowed, $"character U+{(int)text[index]:X4} is not allowed in a record");
    }

    public string Text(ulong key, string member, int min = 1)
    {
        Need(key, member);
        return Text(member, min);
    }

    public string? OptionalText(ulong key, string member) => Has(key, member) ? Text(member) : null;

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

    public MeasuredDigest Digest(string member)
    {
        BeginArrayOf(2, member);
        var kind = TextBytes(member, 0, MeasurementLimits.MaxNameBytes, nameof(MeasurementLimits.MaxNameBytes));
        var value = Bytes(member, 0, MeasurementLimits.MaxNameBytes, nameof(MeasurementLimits.MaxNameBytes)).Span;
        Leave();
        return MeasuredDigest.TryCreate(kind, value, out var digest, out var problem)
            ? digest
            : throw Refuse(RecordProblemCode.UnknownAlgorithm, problem);
    }

    public MeasuredDigest Digest(ulong key, string member)
    {
        Need(key, member);
        return Digest(member);
    }

    public MeasuredDigest? OptionalDigest(ulong key, string member) => Has(key, member) ? Digest(member) : null;

    public bool Bool(ulong key, string member)
    {
        Need(key, member);
        return Bool(member);
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
        return List(member, max, read);
    }

    public IReadOnlyList<T> List<T>(string member, int max, Func<FieldReader, T> read, int min = 0)
    {
        var list = new T[BeginArray(member, max)];
        if (list.Length < min)
        {
            throw Refuse(RecordProblemCode.Malformed, "is empty");
        }

        for (var i = 0; i < list.Length; i++)
        {
            list[i] = read(this);
        }

        Leave();
        return list;
    }

    public override void Start(ReadOnlyMemory<byte> bytes, int offset)
    {
        base.Start(bytes, offset);
        _key = null;
    }
}
