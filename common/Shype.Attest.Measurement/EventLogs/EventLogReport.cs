using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>What <c>shype log show</c> says of a firmware log, as JSON and as text. The JSON's member names are an interface that people script against.</summary>
/// <param name="Format">"sha1", "crypto-agile" or "ccel"; "shype-log" for the agent's log; "unknown" for what is no log.</param>
/// <param name="Banks">The banks, as text.</param>
/// <param name="Events">The events.</param>
/// <param name="Pcrs">For each bank that can be replayed, each PCR that some event was extended into.</param>
/// <param name="Findings">What is odd.</param>
public sealed record EventLogReport(
    string Format,
    IReadOnlyList<string> Banks,
    IReadOnlyList<ReportedEvent> Events,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Pcrs,
    IReadOnlyList<ReportedFinding> Findings)
{
    /// <summary>Reports a log, or says why the bytes are none.</summary>
    public static bool TryCreate(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out EventLogReport? report, [NotNullWhen(false)] out LogProblem? problem)
    {
        report = TcgEventLog.TryParse(bytes, out var log, out problem) ? Create(log) : null;
        return report is not null;
    }

    /// <summary>Reports that the bytes are no log: nothing but the finding.</summary>
    public static EventLogReport Malformed(LogProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var pcrs = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        return new EventLogReport("unknown", [], [], pcrs, [new ReportedFinding("malformed", null, problem.Offset, $"{problem.Member}: {problem.Problem}")]);
    }

    /// <summary>Reports a log.</summary>
    public static EventLogReport Create(TcgEventLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var pcrs = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var bank in log.Banks)
        {
            if (PcrReplay.TryReplay(log, bank.Algorithm, out var replay))
            {
                pcrs.Add(bank.Algorithm.ToText(), Values(replay));
            }
        }

        return new EventLogReport(
            FormatText(log.Format),
            [.. log.Banks.Select(bank => bank.Algorithm.ToText())],
            [.. log.Events.Select(Reported)],
            pcrs,
            [.. log.Findings.Select(finding => new ReportedFinding(CodeText(finding.Code), finding.Event, finding.Offset, finding.Detail))]);
    }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EventLogJson.Default.EventLogReport);

    /// <summary>The report for a terminal: only printable characters, whatever the log holds.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Format} log, {Events.Count} events, banks {string.Join(", ", Banks)}");
        foreach (var measured in Events)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{measured.Index,5}  PCR {measured.Pcr,2}  {measured.Type,-34} {measured.Size,7}  {measured.Description}");
        }

        foreach (var (bank, values) in Pcrs)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{bank}, replayed:");
            foreach (var (pcr, value) in values)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {pcr,2}: {value}");
            }
        }

        foreach (var finding in Findings)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"finding: {finding.Code} at byte {finding.Offset}: {finding.Detail}");
        }

        return Findings.Count > 0 ? text.AppendLine().ToString() : text.ToString();
    }

    private static Dictionary<string, string> Values(FirmwareReplay replay) => replay.Explained.ToDictionary(
        pcr => pcr.ToString(), pcr => Convert.ToHexStringLower(replay.Values[pcr]), StringComparer.Ordinal);

    private static ReportedEvent Reported(MeasuredEvent measured) => new(
        measured.Index,
        measured.Offset,
        measured.Pcr.Value,
        measured.Type.ToText(),
        measured.Digests.ToDictionary(d => d.Algorithm.ToText(), d => Convert.ToHexStringLower(d.Value.Span), StringComparer.Ordinal),
        measured.Data.Length,
        EventDescription.Of(measured));

    private static string FormatText(LogFormat format) => format switch
    {
        LogFormat.Sha1 => "sha1",
        LogFormat.CryptoAgile => "crypto-agile",
        _ => "ccel",
    };

    private static string CodeText(LogFindingCode code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());
}

/// <summary>One event of a report.</summary>
/// <param name="Index">Place in the log.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Pcr">PCR, or measurement register in a CCEL.</param>
/// <param name="Type">The TCG's name of the type, which the log's writer chose.</param>
/// <param name="Digests">A digest, in hex, for each bank.</param>
/// <param name="Size">Bytes of data.</param>
/// <param name="Description">A short printable look at the data.</param>
public sealed record ReportedEvent(
    int Index, int Offset, int Pcr, string Type, IReadOnlyDictionary<string, string> Digests, int Size, string Description);

/// <summary>One finding of a report.</summary>
/// <param name="Code">Kebab-case name of the <see cref="LogFindingCode"/>.</param>
/// <param name="Event">The event's index; null when it is about the whole log.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Detail">What was found.</param>
public sealed record ReportedFinding(string Code, int? Event, int Offset, string Detail);
