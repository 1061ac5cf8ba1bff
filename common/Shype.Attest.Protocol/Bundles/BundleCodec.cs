using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Shype.Attest.Protocol.Cbor;

namespace Shype.Attest.Protocol.Bundles;

// Format name, entries, SHA-256 of the entries' bytes. Entries have fixed names and stand in the one order of deterministic CBOR (RFC 8949 4.2.1), so that
// one bundle has one form; a name never becomes a path (threat row R16).
internal static class BundleCodec
{
    public static byte[] Write(Bundle bundle)
    {
        var entries = new SortedDictionary<string, Action<CborWriter>>(ByLength.Instance)
        {
            [ContextName] = writer => writer.WriteByteString(Write(bundle.Context)),
            [EvidenceName] = writer => writer.WriteByteString(bundle.Evidence.Span),
            [LogName] = writer => writer.WriteByteString(bundle.Log.Span),
            [PoliciesName] = writer => WriteList(writer, bundle.Policies),
            [ReferencesName] = writer => writer.WriteByteString(bundle.References.Span),
            [CertificatesName] = writer => WriteList(writer, bundle.EkCertificates),
            [ResultName] = writer => writer.WriteTextString(bundle.Result),
            [KeysName] = writer => writer.WriteByteString(bundle.Keys.Span),
        };
        if (bundle.FirmwareLog is { } firmware)
        {
            entries[FirmwareName] = writer => writer.WriteByteString(firmware.Span);
        }

        if (bundle.ImaLog is { } ima)
        {
            entries[ImaName] = writer => writer.WriteByteString(ima.Span);
        }

        if (bundle.SignedReferences.Count > 0)
        {
            entries[SignedReferencesName] = writer => WriteReferences(writer, bundle.SignedReferences);
        }

        if (bundle.AppraisalPolicy is { } policy)
        {
            entries[AppraisalPolicyName] = writer => writer.WriteByteString(policy.Span);
        }

        var map = new CborWriter(CborConformanceMode.Canonical);
        map.WriteStartMap(entries.Count);
        foreach (var (name, write) in entries)
        {
            map.WriteTextString(name);
            write(map);
        }

        map.WriteEndMap();
        var encoded = map.Encode();
        var file = new CborWriter(CborConformanceMode.Canonical);
        file.WriteStartArray(3);
        file.WriteTextString(Format);
        file.WriteEncodedValue(encoded);
        file.WriteByteString(SHA256.HashData(encoded));
        file.WriteEndArray();
        return file.Encode();
    }

    public static Bundle Read(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > ProtocolLimits.MaxBundleBytes)
        {
            throw StrictCborReader.RefuseAt(0, "bundle", $"{bytes.Length} bytes, {ProtocolLimits.MaxBundleBytes} are allowed", nameof(ProtocolLimits.MaxBundleBytes));
        }

        var reader = new StrictCborReader(bytes.Span);
        reader.ReadArrayOf(3, "bundle");
        if (reader.ReadText("format", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes)) is var format and not Format)
        {
            throw reader.Refuse("format", $"is '{format}'; this program reads {Format}");
        }

        var start = reader.Offset;
        var parts = ReadEntries(ref reader, bytes);
        var end = reader.Offset;
        var digest = reader.ReadBytes("digest", SHA256.HashSizeInBytes, "digest");
        reader.End("bundle");
        if (!digest.SequenceEqual(SHA256.HashData(bytes.Span[start..end])))
        {
            throw StrictCborReader.RefuseAt(end, "digest", "is not that of the entries: the file is damaged or was edited");
        }

        return new Bundle
        {
            Context = ReadContext(parts.One(ContextName)),
            Evidence = parts.One(EvidenceName),
            Log = parts.One(LogName),
            FirmwareLog = parts.Optional(FirmwareName),
            ImaLog = parts.Optional(ImaName),
            Policies = parts.All(PoliciesName),
            References = parts.One(ReferencesName),
            SignedReferences = parts.References,
            AppraisalPolicy = parts.Optional(AppraisalPolicyName),
            EkCertificates = parts.All(CertificatesName),
            Result = Encoding.UTF8.GetString(parts.One(ResultName).Span),
            Keys = parts.One(KeysName),
        };
    }

    public static byte[] Write(BundleContext context)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(ContextMembers);
        writer.WriteTextString(context.HostId);
        writer.WriteTextString(context.HostName);
        writer.WriteTextString(context.Group);
        writer.WriteUInt64((ulong)context.At.ToUnixTimeMilliseconds());
        writer.WriteUInt64((ulong)context.NonceProblem);
        writer.WriteUInt64(context.KnownRecords);
        writer.WriteUInt64(context.KnownImaBytes);
        writer.WriteUInt64(context.WasImaShown ? 1u : 0);
        writer.WriteUInt64((ulong)context.AppraisalPolicyVersion);
        writer.WriteUInt64((ulong)context.ReferencesVersion);
        writer.WriteByteString(context.SignedReferencesDigest.Span);
        writer.WriteByteString(context.AkPublic.Span);
        writer.WriteByteString(context.EnrolmentFindings.Span);
        writer.WriteByteString(context.Before is { } before ? before.Span : default);
        writer.WriteEndArray();
        return writer.Encode();
    }

    public static BundleContext ReadContext(ReadOnlyMemory<byte> bytes)
    {
        var reader = new StrictCborReader(bytes.Span);
        reader.ReadArrayOf(ContextMembers, ContextName);
        var context = new BundleContext
        {
            HostId = ReadName(ref reader, "host id"),
            HostName = ReadName(ref reader, "host name"),
            Group = ReadName(ref reader, "group"),
            At = DateTimeOffset.FromUnixTimeMilliseconds((long)ReadUpTo(ref reader, "time", LatestMillisecond)),
            NonceProblem = (ChallengeNonceProblem)ReadUpTo(ref reader, "nonce", (ulong)ChallengeNonceProblem.Expired),
            KnownRecords = reader.ReadUInt("known records"),
            KnownImaBytes = ReadUpTo(ref reader, "known IMA bytes", long.MaxValue),
            WasImaShown = ReadUpTo(ref reader, "IMA shown", 1) == 1,
            AppraisalPolicyVersion = (long)ReadUpTo(ref reader, "appraisal policy version", long.MaxValue),
            ReferencesVersion = (long)ReadUpTo(ref reader, "references version", long.MaxValue),
            SignedReferencesDigest = bytes[reader.ReadBytesRange("signed references", SHA256.HashSizeInBytes, "digest")],
            AkPublic = bytes[reader.ReadBytesRange("ak", ProtocolLimits.MaxPublicBytes, nameof(ProtocolLimits.MaxPublicBytes))],
            EnrolmentFindings = bytes[reader.ReadBytesRange("enrolment findings", ProtocolLimits.MaxJsonBytes, nameof(ProtocolLimits.MaxJsonBytes))],
            Before = bytes[reader.ReadBytesRange("before", ProtocolLimits.MaxBundlePartBytes, nameof(ProtocolLimits.MaxBundlePartBytes))] is { IsEmpty: false } before
                ? before
                : default(ReadOnlyMemory<byte>?),
        };
        reader.End(ContextName);
        return context;
    }

    private static Parts ReadEntries(ref StrictCborReader reader, ReadOnlyMemory<byte> bytes)
    {
        var count = reader.ReadMapHeader("entries", Names.Length, nameof(Names));
        var parts = new Parts();
        string? last = null;
        for (var i = 0; i < count; i++)
        {
            var at = reader.Offset;
            var name = reader.ReadText("entry", ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));
            if (!Names.Contains(name, StringComparer.Ordinal))
            {
                throw StrictCborReader.RefuseAt(at, "entry", "has a name that is not known; the names are " + string.Join(", ", Names));
            }

            if (last is not null && ByLength.Instance.Compare(last, name) >= 0)
            {
                throw StrictCborReader.RefuseAt(at, name, "does not stand in the one order of names, or is there twice");
            }

            last = name;
            if (name == SignedReferencesName)
            {
                parts.References = SignedReferences.ReadAll(ref reader, bytes, ProtocolLimits.MaxEvidenceBytes);
                continue;
            }

            parts.Add(name, ReadEntry(ref reader, name, bytes));
        }

        return parts;
    }

    private static ReadOnlyMemory<byte>[] ReadEntry(ref StrictCborReader reader, string name, ReadOnlyMemory<byte> bytes)
    {
        switch (name)
        {
            case PoliciesName:
                return ReadList(ref reader, name, bytes, ProtocolLimits.MaxBundlePolicies, ProtocolLimits.MaxPolicyBytes);
            case CertificatesName:
                return ReadList(ref reader, name, bytes, ProtocolLimits.MaxEkCertificates, ProtocolLimits.MaxEkCertificateBytes);
            case ResultName:
                var length = reader.ReadTextBytes(name, ProtocolLimits.MaxTokenCharacters, nameof(ProtocolLimits.MaxTokenCharacters)).Length;
                return [bytes.Slice(reader.Offset - length, length)];
            default:
                return [bytes[reader.ReadBytesRange(name, MaxBytesOf(name), nameof(ProtocolLimits.MaxBundleBytes))]];
        }
    }

    private static ReadOnlyMemory<byte>[] ReadList(ref StrictCborReader reader, string name, ReadOnlyMemory<byte> bytes, int max, int maxBytes)
    {
        var items = new ReadOnlyMemory<byte>[reader.ReadArrayHeader(name, max, nameof(ProtocolLimits.MaxBundlePolicies))];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = bytes[reader.ReadBytesRange(name, maxBytes, nameof(ProtocolLimits.MaxPolicyBytes))];
        }

        return items;
    }

    private static void WriteList(CborWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        writer.WriteStartArray(items.Count);
        foreach (var item in items)
        {
            writer.WriteByteString(item.Span);
        }

        writer.WriteEndArray();
    }

    private static void WriteReferences(CborWriter writer, IReadOnlyList<SignedReferences> held)
    {
        writer.WriteStartArray(held.Count);
        foreach (var bundle in held)
        {
            SignedReferences.Write(writer, bundle, bundle.Source.Span);
        }

        writer.WriteEndArray();
    }

    private static string ReadName(ref StrictCborReader reader, string member) =>
        reader.ReadText(member, ProtocolLimits.MaxCmwTextBytes, nameof(ProtocolLimits.MaxCmwTextBytes));

    private static ulong ReadUpTo(ref StrictCborReader reader, string member, ulong most)
    {
        var at = reader.Offset;
        return reader.ReadUInt(member) is var value && value <= most ? value : throw StrictCborReader.RefuseAt(at, member, $"is {value}, {most} is the most");
    }

    private static int MaxBytesOf(string name) => name switch
    {
        LogName or ImaName => ProtocolLimits.MaxBundleLogBytes,
        EvidenceName or FirmwareName or ReferencesName => ProtocolLimits.MaxEvidenceBytes,
        _ => ProtocolLimits.MaxBundlePartBytes,
    };

    private sealed class Parts
    {
        private readonly Dictionary<string, ReadOnlyMemory<byte>[]> _parts = new(StringComparer.Ordinal);

        public IReadOnlyList<SignedReferences> References { get; set; } = [];

        public void Add(string name, ReadOnlyMemory<byte>[] values) => _parts[name] = values;

        public ReadOnlyMemory<byte> One(string name) => All(name)[0];

        public ReadOnlyMemory<byte>? Optional(string name) => _parts.TryGetValue(name, out var values) ? values[0] : default(ReadOnlyMemory<byte>?);

        public ReadOnlyMemory<byte>[] All(string name) =>
            _parts.TryGetValue(name, out var values) ? values : throw StrictCborReader.RefuseAt(0, name, "is missing");
    }

    // RFC 8949 4.2.1: the encoded keys bytewise, which for short texts is by length first.
    private sealed class ByLength : IComparer<string>
    {
        public static ByLength Instance { get; } = new();

        public int Compare(string? x, string? y) => x!.Length != y!.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y);
    }

    private const string Format = "tag:shype.dev,2026:bundle/1";
    private const string ContextName = "context";
    private const string EvidenceName = "evidence";
    private const string LogName = "log";
    private const string FirmwareName = "firmware-log";
    private const string ImaName = "ima-log";
    private const string PoliciesName = "policies";
    private const string ReferencesName = "references";
    private const string SignedReferencesName = "signed-references";
    private const string AppraisalPolicyName = "appraisal-policy";
    private const string CertificatesName = "ek-certificates";
    private const string ResultName = "result";
    private const string KeysName = "keys";
    private static readonly string[] Names =
    [
        LogName, KeysName, ResultName, ContextName, ImaName, EvidenceName, PoliciesName, ReferencesName, FirmwareName, CertificatesName, AppraisalPolicyName,
        SignedReferencesName,
    ];

    private const int ContextMembers = 14;

    // The end of the year 9999.
    private const ulong LatestMillisecond = 253_402_300_799_999;
}
