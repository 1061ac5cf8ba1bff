using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>Reads a CBOR sequence (RFC 8742) of records, one after the other, without copying what they carry.</summary>
internal sealed class CelCodec(ReadOnlyMemory<byte> sequence)
{
    // CEL 1.0, table 1: recnum 0, pcr 1, digests 3; content types of vendors are theirs to number: "SH".
    private const ulong RecordNumberKey = 0;
    private const ulong PcrKey = 1;
    private const ulong DigestsKey = 3;
    private const ulong ContentKey = 0x5348;

    private readonly FieldReader _outer = new();
    private readonly FieldReader _inner = new();

    public int Offset { get; private set; }

    public bool AtEnd => Offset == sequence.Length;

    public bool TryRead([NotNullWhen(true)] out CelRecord? record, [NotNullWhen(false)] out RecordProblem? problem)
    {
        try
        {
            _outer.Start(sequence[Offset..], Offset);
            var (number, pcr, digests, content, contentOffset) = ReadEnvelope();
            var measurement = ContentTypes.Read(_inner, content, contentOffset);
            record = new CelRecord(number, pcr, digests, content, measurement, sequence[Offset.._outer.Offset]);
            Offset = _outer.Offset;
            problem = null;
            return true;
        }
        catch (RecordFormatException e)
        {
            record = null;
            problem = e.Problem;
            return false;
        }
    }

    public static byte[] Write(ulong number, PcrIndex pcr, ReadOnlySpan<BankDigest> digests, ReadOnlySpan<byte> content)
    {
        var writer = FieldWriter.Begin();
        writer.BeginMap();
        writer.UInt(RecordNumberKey, number);
        writer.UInt(PcrKey, (ulong)pcr.Value);
        writer.Key(DigestsKey);
        writer.BeginMap();
        foreach (var digest in digests)
        {
            writer.Bytes((ulong)digest.Algorithm, digest.Value.Span);
        }

        writer.EndMap();
        writer.Bytes(ContentKey, content);
        writer.EndMap();
        return writer.Finish();
    }

    private (ulong Number, PcrIndex Pcr, BankDigest[] Digests, ReadOnlyMemory<byte> Content, int ContentOffset) ReadEnvelope()
    {
        var start = _outer.Offset;
        _outer.BeginMap("record", 4);
        var number = _outer.UInt(RecordNumberKey, "recnum");
        var pcr = PcrIndex.TryCreate(_outer.UInt(PcrKey, "pcr"), out var index)
            ? index
            : throw _outer.Refuse(RecordProblemCode.WrongPcr, "is not a PCR (0 to 23)");
        _outer.Need(DigestsKey, "digests");
        _outer.BeginMap("digests", MeasurementLimits.MaxBanks);
        var digests = new List<BankDigest>(1);
        while (_outer.More)
        {
            var bank = BankAlgorithms.Check(_outer, _outer.Key("digests"));
            var size = bank.DigestSize();
            digests.Add(new BankDigest(bank, _outer.Bytes("digests", size, size, bank.ToText())));
        }

        _outer.Leave();
        _outer.Need(ContentKey, "content");
        var content = _outer.Bytes("content", 1, MeasurementLimits.MaxContentBytes, nameof(MeasurementLimits.MaxContentBytes));
        var contentOffset = _outer.Offset - content.Length;
        _outer.EndFields("record");
        if (_outer.Offset - start > MeasurementLimits.MaxRecordBytes)
        {
            throw _outer.Refuse(
                RecordProblemCode.LimitExceeded,
                $"{_outer.Offset - start} bytes, {MeasurementLimits.MaxRecordBytes} are allowed ({nameof(MeasurementLimits.MaxRecordBytes)})");
        }

        return (number, pcr, [.. digests], content, contentOffset);
    }
}
