using System.Buffers.Binary;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>One pass over a log's bytes: TCG_PCClientPCREvent first, then TCG_PCR_EVENT2 when that was a Spec ID event.</summary>
internal sealed class EventLogParser(ReadOnlyMemory<byte> bytes)
{
    private readonly EventReader _reader = new(bytes, 0, bytes.Length);
    private readonly List<MeasuredEvent> _events = [];
    private readonly List<LogFinding> _findings = [];
    private LogBank[] _banks = [new(AlgorithmId.Sha1, 20)];

    public TcgEventLog Read()
    {
        if (bytes.Length is 0 or > MeasurementLimits.MaxFirmwareLogBytes)
        {
            throw EventReader.Refuse(
                "log",
                0,
                bytes.Length == 0 ? "is empty" : $"{bytes.Length} bytes, {MeasurementLimits.MaxFirmwareLogBytes} are allowed ({nameof(MeasurementLimits.MaxFirmwareLogBytes)})");
        }

        var (format, specId) = ReadHead();
        var startup = new StartupState(_findings);
        while (_reader.Remaining > 0 && !(format == LogFormat.Ccel && AtPadding()))
        {
            if (_events.Count == MeasurementLimits.MaxFirmwareEvents)
            {
                throw EventReader.Refuse("log", _reader.Offset, $"more than {_events.Count} events ({nameof(MeasurementLimits.MaxFirmwareEvents)})");
            }

            _reader.Enter("event", _events.Count);
            var measured = format == LogFormat.Sha1 ? ReadSha1Event() : ReadAgileEvent();
            startup.See(measured);
            Inspect(measured);
            _events.Add(measured);
        }

        if (!_events.Exists(measured => measured.IsExtended))
        {
            Add(LogFindingCode.NoMeasurements, null, bytes.Length, "no event was extended");
        }

        return new TcgEventLog(format, specId, _banks, _events, startup.Locality, _findings);
    }

    private (LogFormat Format, SpecIdEvent? SpecId) ReadHead()
    {
        if (!HasSpecIdHead())
        {
            return (LogFormat.Sha1, null);
        }

        _reader.Enter("Spec ID event");
        var pcr = _reader.ReadPcr();
        _reader.ReadUInt32("eventType");
        var digestAt = _reader.Offset;
        var digest = _reader.ReadBytes(20, "digest");
        var data = _reader.ReadSized("eventSize", "event");
        var dataAt = _reader.Offset - data.Length;

        // PFP 1.05, 10.4.5.1: PCR 0, digest zero. CCEL logs are headed by register 1.
        if (pcr.Value > 1)
        {
            throw EventReader.Refuse("Spec ID event pcrIndex", 0, $"is {pcr}; a TPM's log has 0");
        }

        if (digest.Span.ContainsAnyExcept((byte)0))
        {
            Add(LogFindingCode.SpecIdWithDigest, null, digestAt, "the Spec ID event has a digest, zeros are expected");
        }

        var reader = new EventReader(bytes, dataAt, _reader.Offset);
        reader.Enter("Spec ID event");
        var specId = SpecIdEvent.Read(reader, out var vendorInfoLeftOut);
        if (vendorInfoLeftOut > 0)
        {
            Add(LogFindingCode.SpecIdSizeWithoutVendorInfo, null, _reader.Offset, "eventSize of the Spec ID event leaves out vendorInfo, which follows it");
            specId = specId with { VendorInfo = _reader.ReadBytes(vendorInfoLeftOut, "vendorInfo") };
        }

        _banks = [.. specId.Banks];
        foreach (var bank in _banks.Where(bank => bank.Algorithm.DigestSize() == 0))
        {
            Add(LogFindingCode.UnknownAlgorithm, null, dataAt, $"bank {bank.Algorithm.ToText()} cannot be replayed");
        }

        if (pcr.Value == 0)
        {
            return (LogFormat.CryptoAgile, specId);
        }

        Add(LogFindingCode.NotATpmLog, null, 0, "the log of a confidential VM: its indices are measurement registers, not PCRs");
        return (LogFormat.Ccel, specId);
    }

    private MeasuredEvent ReadSha1Event()
    {
        var offset = _reader.Offset;
        var pcr = _reader.ReadPcr();
        var type = (EventType)_reader.ReadUInt32("eventType");
        var digest = _reader.ReadBytes(20, "digest");
        return new MeasuredEvent(_events.Count, offset, pcr, type, [new(AlgorithmId.Sha1, digest)], _reader.ReadSized("eventSize", "event"));
    }

    private MeasuredEvent ReadAgileEvent()
    {
        var offset = _reader.Offset;
        var pcr = _reader.ReadPcr();
        var type = (EventType)_reader.ReadUInt32("eventType");
        var digests = new BankDigest[_reader.ReadCount("digestCount", 0, _banks.Length, "the log's banks", 2)];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = ReadDigest(digests.AsSpan(0, i));
        }

        return new MeasuredEvent(_events.Count, offset, pcr, type, digests, _reader.ReadSized("eventSize", "event"));
    }

    private BankDigest ReadDigest(ReadOnlySpan<BankDigest> before)
    {
        var at = _reader.Offset;
        var algorithm = (AlgorithmId)_reader.ReadUInt16("algorithmId");
        var bank = Array.Find(_banks, bank => bank.Algorithm == algorithm);
        if (bank.DigestSize == 0)
        {
            throw EventReader.Refuse($"event {_events.Count} algorithmId", at, $"{algorithm.ToText()} is not in the Spec ID event");
        }

        foreach (var digest in before)
        {
            if (digest.Algorithm == algorithm)
            {
                throw EventReader.Refuse($"event {_events.Count} algorithmId", at, $"{algorithm.ToText()} is there twice");
            }
        }

        return new BankDigest(algorithm, _reader.ReadBytes(bank.DigestSize, "digest"));
    }

    // Told by what the first event's data begins with; anything else, a shorter EV_NO_ACTION too, heads a SHA-1 log.
    private bool HasSpecIdHead() =>
        bytes.Length >= Sha1HeaderSize
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span[4..]) == (uint)EventType.NoAction
        && SpecIdEvent.HasSignature(bytes.Span[Sha1HeaderSize..]);

    private bool AtPadding() => !bytes.Span[_reader.Offset..].ContainsAnyExcept((byte)0xff);

    private void Inspect(MeasuredEvent measured)
    {
        if (!measured.Type.IsKnown())
        {
            Add(LogFindingCode.UnknownEventType, measured, measured.Offset, $"event type {measured.Type.ToText()} is unknown");
        }

        if (measured.IsExtended)
        {
            foreach (var bank in _banks.Where(bank => measured.Digest(bank.Algorithm).IsEmpty))
            {
                Add(LogFindingCode.DigestMissing, measured, measured.Offset, $"there is no {bank.Algorithm.ToText()} digest");
            }

            return;
        }

        if (SpecIdEvent.HasSignature(measured.Data.Span))
        {
            Add(LogFindingCode.SpecIdRepeated, measured, measured.Offset, "a Spec ID event stands in the middle of the log");
        }

        if (measured.Digests.Any(digest => digest.Value.Span.ContainsAnyExcept((byte)0)))
        {
            Add(LogFindingCode.NoActionWithDigest, measured, measured.Offset, "EV_NO_ACTION has a digest, which was never extended");
        }
    }

    private void Add(LogFindingCode code, MeasuredEvent? measured, int offset, string detail)
    {
        if (_findings.Count < MeasurementLimits.MaxFindings)
        {
            _findings.Add(new LogFinding(code, measured?.Index, offset, detail));
        }
    }

    // pcrIndex, eventType, digest, eventSize of TCG_PCClientPCREvent.
    private const int Sha1HeaderSize = 4 + 4 + 20 + 4;
}
