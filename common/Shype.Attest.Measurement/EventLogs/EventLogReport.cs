using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Shype.Attest.Measurement.EventLogs.Boot;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.EventLogs;

/// <summary>What <c>shype log show</c> says of a firmware log, as JSON and as text. The JSON's member names are an interface that people script against.</summary>
/// <param name="Format">"sha1", "crypto-agile" or "ccel"; "shype-log" for the agent's log; "unknown" for what is no log.</param>
/// <param name="Banks">The banks, as text.</param>
/// <param name="Events">The events.</param>
/// <param name="Pcrs">For each bank that can be replayed, each PCR that some event was extended into.</param>
/// <param name="Findings">What is odd.</param>
/// <param name="Claims">What the digests of <paramref name="ClaimsBank"/> prove about the boot, once the PCRs are proven.</param>
/// <param name="ClaimsBank">The bank that the claims and each event's coverage were told from; null where no bank can be replayed.</param>
public sealed record EventLogReport(
    string Format,
    IReadOnlyList<string> Banks,
    IReadOnlyList<ReportedEvent> Events,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Pcrs,
    IReadOnlyList<ReportedFinding> Findings,
    IReadOnlyList<ReportedClaim> Claims,
    string? ClaimsBank = null)
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
        return new EventLogReport("unknown", [], [], pcrs, [new ReportedFinding("malformed", null, problem.Offset, $"{problem.Member}: {problem.Problem}")], []);
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

        var proving = Preferred.FirstOrDefault(log.HasBank);
        var events = TcgEvent.ReadAll(log, proving);
        // The indices of a CCEL are no PCRs, so that what PCRs prove cannot be told from it.
        var boot = proving == default || log.Format == LogFormat.Ccel ? null : BootState.Read(events, proving);
        return new EventLogReport(
            FormatText(log.Format),
            [.. log.Banks.Select(bank => bank.Algorithm.ToText())],
            [.. events.Select(Reported)],
            pcrs,
            [.. log.Findings.Concat(boot?.Findings ?? []).Select(finding => new ReportedFinding(CodeText(finding.Code), finding.Event, finding.Offset, finding.Detail))],
            boot is null ? [] : ReportedClaim.Of(boot),
            boot is null ? null : proving.ToText());
    }

    /// <summary>The report as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EventLogJson.Default.EventLogReport);

    /// <summary>The report for a terminal: only printable characters, whatever the log holds.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Format} log, {Events.Count} events, banks {string.Join(", ", Banks)}");
        AppendClaims(text);
        text.AppendLine().AppendLine("event  PCR     type                               covered  what");
        foreach (var measured in Events)
        {
            var covered = measured.Coverage.Split(':')[0];
            text.AppendLine(CultureInfo.InvariantCulture, $"{measured.Index,5}  PCR {measured.Pcr,2}  {measured.Type,-34} {covered,-7}  {measured.Description}");
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

    private void AppendClaims(StringBuilder text)
    {
        if (ClaimsBank is null)
        {
            return;
        }

        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"claims, by the digests of {ClaimsBank}; worth what the PCR is worth that stands behind them:");
        foreach (var claim in Claims)
        {
            var where = claim.Pcr is { } pcr ? $"  (PCR {pcr}, event {claim.Event})" : "";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {claim.Name,-16} {claim.Value}{where}");
        }
    }

    private static Dictionary<string, string> Values(FirmwareReplay replay) => replay.Explained.ToDictionary(
        pcr => pcr.ToString(), pcr => Convert.ToHexStringLower(replay.Values[pcr]), StringComparer.Ordinal);

    private static ReportedEvent Reported(TcgEvent shown) => new(
        shown.Measured.Index,
        shown.Measured.Offset,
        shown.Measured.Pcr.Value,
        shown.Measured.Type.ToText(),
        shown.Measured.Digests.ToDictionary(d => d.Algorithm.ToText(), d => Convert.ToHexStringLower(d.Value.Span), StringComparer.Ordinal),
        shown.Measured.Data.Length,
        EventDescription.Shown(shown.Text),
        shown.Kind,
        shown.Coverage.ToString());

    private static string FormatText(LogFormat format) => format switch
    {
        LogFormat.Sha1 => "sha1",
        LogFormat.CryptoAgile => "crypto-agile",
        _ => "ccel",
    };

    // The strongest hash that a verifier would quote first; SHA-1 only where there is nothing else.
    private static readonly AlgorithmId[] Preferred = [AlgorithmId.Sha256, AlgorithmId.Sha384, AlgorithmId.Sha512, AlgorithmId.Sha1];

    private static string CodeText(LogFindingCode code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());
}

/// <summary>One event of a report.</summary>
/// <param name="Index">Place in the log.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Pcr">PCR, or measurement register in a CCEL.</param>
/// <param name="Type">The TCG's name of the type, which the log's writer chose.</param>
/// <param name="Digests">A digest, in hex, for each bank.</param>
/// <param name="Size">Bytes of data.</param>
/// <param name="Description">A short printable look at what the event says.</param>
/// <param name="Kind">What it was read as: "variable", "grub-text".</param>
/// <param name="Coverage">What of the data the digest proves: "whole", "nothing", or "part:" and which.</param>
public sealed record ReportedEvent(
    int Index, int Offset, int Pcr, string Type, IReadOnlyDictionary<string, string> Digests, int Size, string Description, string Kind, string Coverage);

/// <summary>One finding of a report.</summary>
/// <param name="Code">Kebab-case name of the <see cref="LogFindingCode"/>.</param>
/// <param name="Event">The event's index; null when it is about the whole log.</param>
/// <param name="Offset">Byte offset.</param>
/// <param name="Detail">What was found.</param>
public sealed record ReportedFinding(string Code, int? Event, int Offset, string Detail);
