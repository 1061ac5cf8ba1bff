using System.Globalization;
using System.Text.Unicode;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>What the readers of all forms have in common: the bounds, the checks of registers, digests and contents, and what is odd.</summary>
internal sealed class CelReading(ReadOnlyMemory<byte> log)
{
    private readonly List<CanonicalEvent> _events = [];
    private readonly List<CelFinding> _findings = [];
    private bool _isLaunched;

    public ReadOnlyMemory<byte> Log => log;

    public int Count => _events.Count;

    public bool HasLines { get; init; }

    public CanonicalEventLog Finish(CelFormat format)
    {
        if (!_events.Exists(read => read.IsExtended))
        {
            Find(CelFindingCode.NoMeasurements, null, 0, "no event was extended into anything");
        }

        var log = new CanonicalEventLog(format, _events, _findings);
        foreach (var bank in log.Banks)
        {
            foreach (var first in _events.Where(read => read.IsExtended && !read.Digests.Any(digest => digest.Algorithm == bank)).DistinctBy(read => read.Register))
            {
                Find(CelFindingCode.DigestMissing, first.Index, first.Offset, $"{first.Register} cannot be replayed in the {bank.ToText()} bank: this event has no digest for it");
            }
        }

        return log;
    }

    public void Add(int offset, ulong? number, CelRegister register, List<BankDigest> digests, CelContent content)
    {
        var read = new CanonicalEvent(_events.Count, offset, number, register, digests, content);
        if (number is { } found && _events is [.., { RecordNumber: { } last }] && found != last + 1)
        {
            Find(found <= last ? CelFindingCode.RecordNumberRepeated : CelFindingCode.RecordNumberGap, read.Index, offset, $"recnum {found} after {last}");
        }

        if (read.Covered == CelCoverage.Contradictory)
        {
            Find(CelFindingCode.DigestsContradict, read.Index, offset, "the content is what one of the digests covers and another does not");
        }

        if (content is { Fields.Count: 0, Type: not CelContentType.Management } && (content.ForeignType is not null || CelContentTable.NameOf(content.Type) is null))
        {
            Find(CelFindingCode.UnknownContentType, read.Index, offset, $"content of type {(content.ForeignType is { } name ? $"'{Records.TextRules.Escape(name)}'" : ((byte)content.Type).ToString(CultureInfo.InvariantCulture))} is not known here");
        }

        // Google's launcher: what comes after the separator was measured by what it launched.
        if (content is { Type: CelContentType.Cos, Fields: [var launch] })
        {
            if (_isLaunched)
            {
                Find(CelFindingCode.AfterLaunchSeparator, read.Index, offset, "an event of the launcher's after its separator");
            }

            _isLaunched |= launch.Number == LaunchSeparator;
        }

        _events.Add(read);
    }

    public void Find(CelFindingCode code, int? index, int offset, string detail)
    {
        if (_findings.Count < MeasurementLimits.MaxFindings)
        {
            _findings.Add(new(code, index, offset, detail));
        }
    }

    public void CheckCount(int offset)
    {
        if (_events.Count == MeasurementLimits.MaxCelRecords)
        {
            throw Refuse("records", offset, $"more than {MeasurementLimits.MaxCelRecords} ({nameof(MeasurementLimits.MaxCelRecords)})");
        }
    }

    public CelRegister Register(CelRegisterKind kind, ulong index, int offset) => (kind, index) switch
    {
        (CelRegisterKind.Pcr, < PcrIndex.Count) or (CelRegisterKind.NvIndex, <= uint.MaxValue) or (CelRegisterKind.ConfidentialRegister, <= byte.MaxValue) => new(kind, (uint)index),
        _ => throw Refuse("register", offset, $"{kind} {index} is not one"),
    };

    public void AddDigest(List<BankDigest> digests, AlgorithmId algorithm, ReadOnlyMemory<byte> value, int offset)
    {
        if (digests.Count == MeasurementLimits.MaxBanks)
        {
            throw Refuse("digests", offset, $"more than {MeasurementLimits.MaxBanks} ({nameof(MeasurementLimits.MaxBanks)})");
        }

        if (digests.Exists(digest => digest.Algorithm == algorithm))
        {
            throw Refuse("digests", offset, $"{algorithm.ToText()} is there twice");
        }

        if (!algorithm.IsHash())
        {
            Find(CelFindingCode.UnknownAlgorithm, Count, offset, $"a digest of algorithm {algorithm.ToText()} cannot be checked");
        }
        else if (value.Length != algorithm.DigestSize())
        {
            throw Refuse("digests", offset, $"{algorithm.ToText()} has {algorithm.DigestSize()} bytes, {value.Length} found");
        }

        digests.Add(new(algorithm, value));
    }

    /// <summary>A content from its TLV value: every form comes through here.</summary>
    public CelContent Content(CelContentType type, ReadOnlyMemory<byte> value, int offset)
    {
        if (value.Length > MeasurementLimits.MaxCelContentBytes)
        {
            throw Refuse("content", offset, $"{value.Length} bytes, {MeasurementLimits.MaxCelContentBytes} are allowed ({nameof(MeasurementLimits.MaxCelContentBytes)})");
        }

        if (!CelContentTable.IsNested(type))
        {
            return new(type, value, []);
        }

        var (reader, fields) = (new TlvReader(this, value, offset), new List<CelField>());
        while (!reader.AtEnd)
        {
            if (fields.Count == MeasurementLimits.MaxCelFields)
            {
                throw Refuse("content", offset, $"more than {MeasurementLimits.MaxCelFields} fields ({nameof(MeasurementLimits.MaxCelFields)})");
            }

            fields.Add(reader.Read("content"));
        }

        Check(type, fields, offset);
        return new(type, value, fields);
    }

    public LogFormatException Refuse(string member, int offset, string problem)
    {
        var line = HasLines ? $"line {1 + log.Span[..Math.Min(offset, log.Length)].Count((byte)'\n')}, " : "";
        return new(new LogProblem($"{line}record {Count} {member}", offset, problem));
    }

    private void Check(CelContentType type, List<CelField> fields, int offset)
    {
        if (type == CelContentType.Cos && fields.Count != 1)
        {
            throw Refuse("content", offset, $"one event is needed, {fields.Count} found");
        }

        foreach (var rule in CelContentTable.FieldsOf(type) ?? [])
        {
            var found = fields.FindAll(field => field.Number == rule.Number);
            if (found.Count > 1 || (found.Count == 0 && rule.IsNeeded))
            {
                throw Refuse($"content {rule.Name}", offset, found.Count == 0 ? "is missing" : "is there twice");
            }

            if (found is [var field] && !Fits(rule, field.Value.Span))
            {
                throw Refuse($"content {rule.Name}", offset, rule.Kind == CelFieldKind.Text ? "is not UTF-8" : $"is no number of {rule.Width} bytes");
            }
        }
    }

    private static bool Fits(CelFieldRule rule, ReadOnlySpan<byte> value) => rule.Kind switch
    {
        CelFieldKind.Number => value.Length > 0 && value.Length <= rule.Width,
        CelFieldKind.Text => Utf8.IsValid(value),
        _ => true,
    };

    private const byte LaunchSeparator = 8;
}

/// <summary>Takes one TLV after the other, never more than there is.</summary>
internal sealed class TlvReader(CelReading reading, ReadOnlyMemory<byte> bytes, int origin)
{
    private int _at;

    public bool AtEnd => _at == bytes.Length;

    public int Offset => origin + _at;

    public CelField Read(string member)
    {
        var left = bytes.Length - _at;
        if (left < Tlv.HeadBytes)
        {
            throw reading.Refuse(member, Offset, $"type and length need {Tlv.HeadBytes} bytes, {left} left");
        }

        var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[(_at + 1)..]);
        if (length > left - Tlv.HeadBytes)
        {
            throw reading.Refuse(member, Offset, $"the length is {length}, but only {left - Tlv.HeadBytes} bytes are left");
        }

        var field = new CelField(bytes.Span[_at], bytes.Slice(_at + Tlv.HeadBytes, (int)length));
        _at += Tlv.HeadBytes + (int)length;
        return field;
    }
}
