using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Cel;

/// <summary>What <c>shype cel show</c> says of a canonical event log, as JSON and as text. The JSON's member names are an interface that people script against.</summary>
/// <param name="Format">"tlv", "json", "json-seq", "cbor"; "unknown" for what is no log.</param>
/// <param name="Records">The records.</param>
/// <param name="Pcrs">For each bank, each PCR that can be replayed.</param>
/// <param name="Registers">The same for registers that are not PCRs.</param>
/// <param name="Findings">What is odd.</param>
public sealed record CelReport(
    string Format,
    IReadOnlyList<ReportedRecord> Records,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Pcrs,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Registers,
    IReadOnlyList<ReportedFinding> Findings)
{
    private const int MaxShown = 160;

    /// <summary>Reports a log.</summary>
    public static CelReport Of(CanonicalEventLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return new(
            log.Format switch { CelFormat.Tlv => "tlv", CelFormat.Json => "json", CelFormat.JsonSequence => "json-seq", _ => "cbor" },
            [.. log.Events.Select(Reported)],
            Replayed(log, kind => kind == CelRegisterKind.Pcr, register => register.Index.ToString(CultureInfo.InvariantCulture)),
            Replayed(log, kind => kind != CelRegisterKind.Pcr, register => register.ToString()),
            [.. log.Findings.Select(finding => new ReportedFinding(JsonNamingPolicy.KebabCaseLower.ConvertName(finding.Code.ToString()), finding.Event, finding.Offset, finding.Detail))]);
    }

    /// <summary>Reports that the bytes are no log: nothing but the finding.</summary>
    public static CelReport Malformed(LogProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var none = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        return new("unknown", [], none, none, [new ReportedFinding("malformed", null, problem.Offset, $"{problem.Member}: {problem.Problem}")]);
    }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CelReportJson.Default.CelReport);

    /// <summary>The report for a terminal: only printable characters, whatever the log holds.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"canonical event log ({Format}), {Records.Count} records; what stands under 'covered' is what the digests prove, the rest is the log writer's word");
        foreach (var record in Records)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{record.Index,5}  {record.Register,-14}  {record.Type,-12}  covered: {record.Covered,-14}  {record.Description}");
        }

        foreach (var (bank, values) in Pcrs.Concat(Registers))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{bank}, replayed:");
            foreach (var (register, value) in values)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {register,2}: {value}");
            }
        }

        foreach (var finding in Findings)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"finding: {finding.Code} at byte {finding.Offset}: {finding.Detail}");
        }

        return Findings.Count > 0 ? text.AppendLine().ToString() : text.ToString();
    }

    private static SortedDictionary<string, IReadOnlyDictionary<string, string>> Replayed(CanonicalEventLog log, Func<CelRegisterKind, bool> which, Func<CelRegister, string> name)
    {
        var banks = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var bank in log.Banks)
        {
            var values = log.Replay(bank).Where(entry => which(entry.Key.Kind)).ToDictionary(entry => name(entry.Key), entry => Convert.ToHexStringLower(entry.Value), StringComparer.Ordinal);
            if (values.Count > 0)
            {
                banks.Add(bank.ToText(), values);
            }
        }

        return banks;
    }

    private static ReportedRecord Reported(CanonicalEvent read) => new(
        read.Index,
        read.Offset,
        read.RecordNumber,
        read.Register.ToString(),
        read.Content.ForeignType is { } foreign ? TextRules.Escape(foreign) : CelContentTable.NameOf(read.Content.Type) ?? ((byte)read.Content.Type).ToString(CultureInfo.InvariantCulture),
        read.Digests.ToDictionary(digest => digest.Algorithm.ToText(), digest => Convert.ToHexStringLower(digest.Value.Span), StringComparer.Ordinal),
        CoverageText(read.Covered),
        Describe(read.Content));

    private static string CoverageText(CelCoverage covered) => covered switch
    {
        CelCoverage.All => "all",
        CelCoverage.EventData => "event_data",
        CelCoverage.TemplateData => "template_data",
        CelCoverage.MeasuredString => "string",
        CelCoverage.Contradictory => "contradictory",
        _ => "nothing",
    };

    private static string Describe(CelContent content)
    {
        var words = content switch
        {
            { ForeignType: not null } => Encoding.UTF8.GetString(content.Value.Span[..Math.Min(content.Value.Length, MaxShown)]),
            { Type: CelContentType.PcClient } => $"{((EventType)(uint)(Tlv.Number(content.Field(0)!.Value.Span) ?? 0)).ToText()}, {content.Field(1)!.Value.Length} bytes",
            { Type: CelContentType.ImaTemplate } => $"{content.Fields[0].Text}, {content.Field(1)!.Value.Length} bytes",
            { Type: CelContentType.Systemd } => $"{(content.Field(CelContentTable.SystemdEventType) is { } type ? CelContentTable.SystemdType(type.Span) : "")} {Encoding.UTF8.GetString(content.Field(3)!.Value.Span)}".TrimStart(),
            { Type: CelContentType.Cos, Fields: [var launched] } => $"{CosText(launched.Number)} {launched.Text}",
            { Fields.Count: > 0 } => string.Join(", ", content.Fields.Take(8).Select(field => $"{field.Number}: {Convert.ToHexStringLower(field.Value.Span[..Math.Min(field.Value.Length, 16)])}")),
            _ => $"{content.Value.Length} bytes",
        };
        return TextRules.Escape(words.Length <= MaxShown ? words : string.Concat(words.AsSpan(0, MaxShown), "..."));
    }

    private static string CosText(byte number) => number < CosNames.Length ? CosNames[number] : number.ToString(CultureInfo.InvariantCulture);

    private static readonly string[] CosNames =
    [
        "ImageRef", "ImageDigest", "RestartPolicy", "ImageID", "Arg", "EnvVar", "OverrideArg", "OverrideEnv", "LaunchSeparator", "MemoryMonitor", "GpuCCMode", "GPUDeviceAttestationBinding",
    ];
}

/// <summary>One record of a report.</summary>
/// <param name="Index">Place in the log.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Recnum">recnum; absent where the log has none.</param>
/// <param name="Register">"pcr 11", "nv 0x01c00002" or "ccmr 4".</param>
/// <param name="Type">The content's type.</param>
/// <param name="Digests">A digest, in hex, for each bank.</param>
/// <param name="Covered">What of the content the digests prove: all, event_data, template_data, string, nothing, or contradictory.</param>
/// <param name="Description">A short printable look at the content; believe of it what is covered.</param>
public sealed record ReportedRecord(
    int Index, int Offset, ulong? Recnum, string Register, string Type, IReadOnlyDictionary<string, string> Digests, string Covered, string Description);

/// <summary>The report's JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CelReport))]
public sealed partial class CelReportJson : JsonSerializerContext;
