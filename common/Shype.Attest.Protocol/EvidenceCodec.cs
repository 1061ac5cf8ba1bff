using System.Formats.Cbor;
using Shype.Attest.Protocol.Cbor;

namespace Shype.Attest.Protocol;

// Evidence as a CMW collection: each part a record of its own, so that any part can be taken out and given to another tool.
internal static class EvidenceCodec
{
    public const string CollectionType = "tag:shype.dev,2026:evidence";

    // What ToolFiles made of the files of tpm2-tools, as it is kept.
    public const string ToolCollectionType = "tag:shype.dev,2026:evidence-of-tools";

    public static CmwMap ToCmw(Evidence evidence)
    {
        var entries = new Dictionary<string, Cmw>(StringComparer.Ordinal)
        {
            [ChallengeLabel] = Part(MediaTypes.Challenge, evidence.ChallengeNonce),
            [QuoteLabel] = new CmwMap(null, new Dictionary<string, Cmw>(StringComparer.Ordinal)
            {
                [AttestLabel] = Part(MediaTypes.TpmsAttest, evidence.QuoteAttest),
                [SignatureLabel] = Part(MediaTypes.TpmtSignature, evidence.QuoteSignature),
                [AkNameLabel] = Part(MediaTypes.TpmName, evidence.AkName),
            }),
            [LogLabel] = Part(MediaTypes.LogSuffix, WriteSuffix(evidence.Log.FirstRecord, evidence.Log.Records)),
        };
        Add(FirmwareLogLabel, MediaTypes.FirmwareLog, evidence.FirmwareLog);
        if (evidence.ImaLog is { } ima)
        {
            Add(ImaLogLabel, MediaTypes.ImaLog, WriteSuffix(ima.Offset, ima.Entries));
        }

        Add(PolicyLabel, MediaTypes.Policy, evidence.Policy);
        if (evidence.PcrValues.Count > 0)
        {
            Add(PcrsLabel, MediaTypes.PcrValues, WritePcrs(evidence.PcrValues));
        }

        return new CmwMap(evidence.Origin == EvidenceOrigin.Tools ? ToolCollectionType : CollectionType, entries);

        void Add(string label, string mediaType, ReadOnlyMemory<byte>? value)
        {
            if (value is { } bytes)
            {
                entries[label] = Part(mediaType, bytes);
            }
        }
    }

    public static Evidence FromCmw(Cmw cmw)
    {
        if (cmw is not CmwMap { CollectionType: null or CollectionType or ToolCollectionType } collection)
        {
            throw Refuse("evidence", "a CMW collection of type " + CollectionType + " is needed");
        }

        RefuseUnknown("evidence", collection, TopLabels);
        if (!collection.Entries.TryGetValue(QuoteLabel, out var inner) || inner is not CmwMap quote)
        {
            throw Refuse(QuoteLabel, "a collection of attest, signature and ak-name is needed");
        }

        RefuseUnknown(QuoteLabel, quote, QuoteLabels);
        return new Evidence
        {
            Origin = collection.CollectionType == ToolCollectionType ? EvidenceOrigin.Tools : EvidenceOrigin.Agent,
            ChallengeNonce = Required(collection, ChallengeLabel, MediaTypes.Challenge, ProtocolLimits.MaxNonceBytes, nameof(ProtocolLimits.MaxNonceBytes)),
            QuoteAttest = Required(quote, AttestLabel, MediaTypes.TpmsAttest, ProtocolLimits.MaxAttestBytes, nameof(ProtocolLimits.MaxAttestBytes)),
            QuoteSignature = Required(quote, SignatureLabel, MediaTypes.TpmtSignature, ProtocolLimits.MaxSignatureBytes, nameof(ProtocolLimits.MaxSignatureBytes)),
            AkName = Required(quote, AkNameLabel, MediaTypes.TpmName, ProtocolLimits.MaxNameBytes, nameof(ProtocolLimits.MaxNameBytes)),
            Log = Optional(collection, LogLabel, MediaTypes.LogSuffix) is { } log ? ReadLog(log) : LogSuffix.Empty,
            FirmwareLog = Optional(collection, FirmwareLogLabel, MediaTypes.FirmwareLog),
            ImaLog = Optional(collection, ImaLogLabel, MediaTypes.ImaLog) is { } ima ? ReadIma(ima) : null,
            Policy = Bounded(Optional(collection, PolicyLabel, MediaTypes.Policy), PolicyLabel, ProtocolLimits.MaxPolicyBytes, nameof(ProtocolLimits.MaxPolicyBytes)),
            PcrValues = Optional(collection, PcrsLabel, MediaTypes.PcrValues) is { } pcrs ? ReadPcrs(pcrs) : [],
        };
    }

    private static CmwRecord Part(string mediaType, ReadOnlyMemory<byte> value) => new(mediaType, null, value, CmwRecord.EvidenceIndicator);

    private static void RefuseUnknown(string member, CmwMap collection, string[] known)
    {
        foreach (var label in collection.Entries.Keys)
        {
            if (!known.Contains(label, StringComparer.Ordinal))
            {
                throw Refuse(member, $"label '{label}' is not known");
            }
        }
    }

    private static ReadOnlyMemory<byte>? Optional(CmwMap collection, string label, string mediaType) =>
        // "default", not "null": null would become an empty memory through byte[].
        !collection.Entries.TryGetValue(label, out var entry) ? default(ReadOnlyMemory<byte>?)
        : entry is CmwRecord record && record.MediaType == mediaType ? record.Value
        : throw Refuse(label, $"a record of type {mediaType} is needed");

    private static ReadOnlyMemory<byte> Required(CmwMap collection, string label, string mediaType, int max, string limit) =>
        Bounded(Optional(collection, label, mediaType), label, max, limit) ?? throw Refuse(label, "is missing");

    private static ReadOnlyMemory<byte>? Bounded(ReadOnlyMemory<byte>? value, string label, int max, string limit) =>
        value is not { } bytes || bytes.Length <= max
            ? value
            : throw StrictCborReader.RefuseAt(0, label, $"{bytes.Length} bytes, {max} are allowed ({limit})", limit);

    private static byte[] WriteSuffix(ulong first, ReadOnlyMemory<byte> bytes)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical, initialCapacity: bytes.Length + 16);
        writer.WriteStartArray(2);
        writer.WriteUInt64(first);
        writer.WriteByteString(bytes.Span);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static LogSuffix ReadLog(ReadOnlyMemory<byte> bytes)
    {
        var (first, records) = ReadSuffix(bytes, LogLabel, "records");
        return new LogSuffix(first, records);
    }

    private static ImaSuffix ReadIma(ReadOnlyMemory<byte> bytes)
    {
        var (offset, entries) = ReadSuffix(bytes, ImaLogLabel, "entries");
        return new ImaSuffix(offset, entries);
    }

    private static (ulong First, ReadOnlyMemory<byte> Bytes) ReadSuffix(ReadOnlyMemory<byte> bytes, string label, string what)
    {
        var reader = new StrictCborReader(bytes.Span);
        reader.ReadArrayOf(2, label);
        var first = reader.ReadUInt(label + " first");
        var rest = bytes[reader.ReadBytesRange($"{label} {what}", ProtocolLimits.MaxEvidenceBytes, nameof(ProtocolLimits.MaxEvidenceBytes))];
        reader.End(label);
        return (first, rest);
    }

    private static byte[] WritePcrs(IReadOnlyList<PcrValue> values)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(values.Count);
        foreach (var value in values)
        {
            writer.WriteStartArray(3);
            writer.WriteTextString(value.Bank);
            writer.WriteInt32(value.Pcr);
            writer.WriteByteString(value.Value.Span);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    private static PcrValue[] ReadPcrs(ReadOnlyMemory<byte> bytes)
    {
        var reader = new StrictCborReader(bytes.Span);
        var values = new PcrValue[reader.ReadArrayHeader(PcrsLabel, ProtocolLimits.MaxPcrValues, nameof(ProtocolLimits.MaxPcrValues))];
        for (var i = 0; i < values.Length; i++)
        {
            reader.ReadArrayOf(3, PcrsLabel);
            var bank = reader.ReadText(PcrsLabel + " bank", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));
            var at = reader.Offset;
            var pcr = reader.ReadUInt(PcrsLabel + " index");
            // PC Client Platform TPM Profile 4.6: PCR 0 to 23.
            values[i] = pcr > 23
                ? throw StrictCborReader.RefuseAt(at, PcrsLabel + " index", $"PCR {pcr} does not exist")
                : new PcrValue(bank, (int)pcr, bytes[reader.ReadBytesRange(PcrsLabel + " value", 64, nameof(ProtocolLimits.MaxPcrValues))]);
        }

        reader.End(PcrsLabel);
        return values;
    }

    private static ProtocolFormatException Refuse(string member, string problem) => StrictCborReader.RefuseAt(0, member, problem);

    private const string ChallengeLabel = "challenge";
    private const string QuoteLabel = "quote";
    private const string AttestLabel = "attest";
    private const string SignatureLabel = "signature";
    private const string AkNameLabel = "ak-name";
    private const string LogLabel = "shype-log";
    private const string FirmwareLogLabel = "firmware-log";
    private const string ImaLogLabel = "ima-log";
    private const string PolicyLabel = "policy";
    private const string PcrsLabel = "pcrs";
    private static readonly string[] TopLabels = [ChallengeLabel, QuoteLabel, LogLabel, FirmwareLogLabel, ImaLogLabel, PolicyLabel, PcrsLabel];
    private static readonly string[] QuoteLabels = [AttestLabel, SignatureLabel, AkNameLabel];
}
