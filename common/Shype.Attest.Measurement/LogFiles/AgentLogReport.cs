using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.EventLogs.Events;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.LogFiles;

/// <summary>Reports the agent's own log in the same form as a firmware log, from its bytes alone: nothing is opened, locked or settled.</summary>
public static class AgentLogReport
{
    /// <summary>The <see cref="EventLogReport.Format"/> of these reports.</summary>
    public const string Format = "shype-log";

    /// <summary>Whether bytes begin as the agent's log does, whatever follows.</summary>
    public static bool IsAgentLog(ReadOnlySpan<byte> bytes) => bytes.StartsWith("shype-log "u8);

    /// <summary>Reports a log, or says what is wrong with it. A torn end counts as wrong: the agent settles it when it next opens the log.</summary>
    public static bool TryCreate(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out EventLogReport? report, [NotNullWhen(false)] out LogProblem? problem)
    {
        report = null;
        if (!TrySplit(bytes, out var sequence, out var header, out problem))
        {
            return false;
        }

        if (sequence.IsEmpty)
        {
            report = new EventLogReport(Format, [], [], new Dictionary<string, IReadOnlyDictionary<string, string>>(), [], []);
            return true;
        }

        var first = new CelCodec(sequence);
        if (!first.TryRead(out var boot, out var malformed))
        {
            problem = Problem(malformed with { Record = 0 }, header);
            return false;
        }

        return TryReplay(sequence, boot, header, out report, out problem);
    }

    /// <summary>The records of a log, every digest checked, or what is wrong with it. They prove nothing until their replay is compared with a quote.</summary>
    public static bool TryReadRecords(
        ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out IReadOnlyList<CelRecord>? records, [NotNullWhen(false)] out LogProblem? problem)
    {
        records = null;
        if (!TrySplit(bytes, out var sequence, out var origin, out problem))
        {
            return false;
        }

        if (sequence.IsEmpty)
        {
            records = [];
            return true;
        }

        if (!new CelCodec(sequence).TryRead(out var boot, out var malformed))
        {
            problem = Problem(malformed with { Record = 0 }, origin);
            return false;
        }

        if (boot.Digests is not [var bank, ..])
        {
            problem = new LogProblem("record 0 digests", origin, "has none");
            return false;
        }

        var plan = (boot.Measurement as BootContent)?.Pcrs ?? PcrPlan.Default;
        if (!LogReplay.TryReplay(ReplayState.Start(bank.Algorithm, plan), sequence, out _, out var read, out var problems))
        {
            problem = Problem(problems[0], origin);
            return false;
        }

        records = read;
        return true;
    }

    private static bool TrySplit(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> sequence, out int origin, [NotNullWhen(false)] out LogProblem? problem)
    {
        (sequence, problem) = (default, null);
        origin = bytes.Span[..Math.Min(bytes.Length, LogIdentity.MaxHeaderBytes)].IndexOf((byte)'\n') + 1;
        if (origin == 0 || !LogIdentity.TryParseHeader(bytes.Span[..(origin - 1)], out _, out _))
        {
            problem = new LogProblem("header line", 0, "is not 'shype-log 1 boot=<boot id> resets=<count>'");
            return false;
        }

        sequence = bytes[origin..];
        return true;
    }

    private static bool TryReplay(ReadOnlyMemory<byte> sequence, CelRecord boot, int origin, out EventLogReport? report, out LogProblem? problem)
    {
        report = null;
        problem = null;
        var plan = (boot.Measurement as BootContent)?.Pcrs ?? PcrPlan.Default;
        var pcrs = new SortedDictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        IReadOnlyList<CelRecord> records = [];
        foreach (var bank in boot.Digests.Select(digest => digest.Algorithm))
        {
            if (!LogReplay.TryReplay(ReplayState.Start(bank, plan), sequence, out var state, out records, out var problems))
            {
                problem = Problem(problems[0], origin);
                return false;
            }

            pcrs.Add(bank.ToText(), state.Pcrs.ToDictionary(pcr => pcr.ToString(), pcr => Convert.ToHexStringLower(state[pcr]), StringComparer.Ordinal));
        }

        report = new EventLogReport(Format, [.. boot.Digests.Select(digest => digest.Algorithm.ToText())], Events(records, origin), pcrs, [], []);
        return true;
    }

    private static List<ReportedEvent> Events(IReadOnlyList<CelRecord> records, int origin)
    {
        var events = new List<ReportedEvent>(records.Count);
        foreach (var record in records)
        {
            var digests = record.Digests.ToDictionary(d => d.Algorithm.ToText(), d => Convert.ToHexStringLower(d.Value.Span), StringComparer.Ordinal);
            events.Add(new ReportedEvent(
                (int)record.RecordNumber, origin, record.Pcr.Value, record.Measurement.Type, digests, record.Content.Length, Describe(record.Measurement),
                "record", DigestCoverage.Whole.ToString()));
            origin += record.Encoded.Length;
        }

        return events;
    }

    // Records hold no text that could lie (TextRules); it is escaped again because a description is printed as it is.
    /// <summary>A record in a line, safe to print.</summary>
    public static string Describe(MeasurementContent content) => TextRules.Escape(content switch
    {
        BootContent boot => $"boot {boot.BootId}, agent {boot.AgentVersion}, {boot.AgentDigest}",
        HypervisorContent hypervisor => $"{hypervisor.Kind} {hypervisor.Version}, {hypervisor.ImageDigest}, {hypervisor.Modules.Count} modules",
        PolicyStateContent policy => $"{$"{policy.Module} {policy.Name} {policy.Version}".TrimEnd()}, {(policy.Enforcing ? "enforcing" : "not enforcing")}",
        VmRunContent vm => $"{vm.Name} {vm.Uuid}, label {vm.Label ?? "none"}, {vm.Disks.Count} disks{(vm.Mutable ? ", mutable" : "")}",
        VmEndContent end => $"{end.Uuid}, {end.Reason}",
        ResourceContent resource => $"{resource.Uuid}, {resource.Kind} {resource.Name}, label {resource.Label ?? "none"}",
        GapContent gap => $"since {gap.Since:yyyy-MM-ddTHH:mm:ss.fffZ}: {gap.Reason}",
        _ => "",
    });

    private static LogProblem Problem(RecordProblem problem, int origin) =>
        new(problem.Record is { } record ? $"record {record} {problem.Member}" : problem.Member, origin + problem.Offset, problem.Problem);
}
