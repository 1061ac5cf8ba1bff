using System.Collections.Immutable;
using Shype.Attest.Isolation.Guarantees.Inputs;

namespace Shype.Attest.Isolation.Guarantees;

/// <summary>
/// G6: the log tells everything since boot: unbroken, replaying to what a TPM signed, beginning with the host's own domain alone, and agreeing with the hypervisor
/// whenever that was asked what runs.
/// </summary>
public static class CompleteLog
{
    /// <summary>The guarantee for the whole boot.</summary>
    public static Guarantee Prove(IsolationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence is not { Log: { } log, History: { } history })
        {
            return Guarantee.Unknown("G6", IsolationEvidence.NoLog);
        }

        return (Refutation(log) ?? Difference(log, history) ?? Repetition(evidence)) is { } refuted
            ? Guarantee.Violated("G6", $"{Sentences.Capital(refuted.Sentence)}.", refuted)
            : Missing(evidence, log, history) is { } missing
                ? Guarantee.Unknown("G6", missing)
                : Guarantee.Holds("G6", evidence, "The log is unbroken from the boot on, and agrees with the quote and with what the hypervisor listed.");
    }

    private static Witness? Refutation(LogStanding log) => log switch
    {
        { Broken: { } broken } => new($"record {broken.Record} is not what it must be: {broken.Reason}", [], [broken.Record]),
        { MatchesQuote: false } => new("the records do not replay to the PCRs that the TPM signed", [], []),
        { BeginsAtBoot: false } => new("the log does not begin with the boot", [], [0]),
        { Gaps: [var gap, ..] } => new($"record {gap.Record} says that measurements are missing: {gap.Reason}", [], [.. log.Gaps.Select(one => one.Record)]),
        _ => null,
    };

    private static string? Missing(IsolationEvidence evidence, LogStanding log, IsolationHistory history)
    {
        if (log.MatchesQuote is null)
        {
            return "there is no quote, and only a TPM's signature shows that no record was left out";
        }

        if (log.Snapshots is not { } snapshots)
        {
            return "no record lists what the hypervisor runs (a snapshot of its domains): what was started past the agent leaves no trace in the log";
        }

        if (snapshots.IsEmpty || history.Events is [var first, ..] && snapshots[0].Record > first.Record)
        {
            return "no record lists what the hypervisor ran before the first VM was started";
        }

        return history.Gap is { } gap && history.PolicyChangedAt is null ? gap : evidence.Module?.HypervisorKind == "xen" ? Skipped(evidence) : null;
    }

    // What the log says ran must be what the hypervisor said ran.
    private static Witness? Difference(LogStanding log, IsolationHistory history)
    {
        var running = ImmutableHashSet<Guid>.Empty;
        var next = 0;
        foreach (var snapshot in (log.Snapshots ?? []).OrderBy(snapshot => snapshot.Record))
        {
            for (; next < history.Events.Length && history.Events[next].Record <= snapshot.Record; next++)
            {
                running = history.Events[next].Event switch
                {
                    VmStarts { Vm: { IsHost: false } vm } => running.Add(vm.Uuid),
                    VmStops { Uuid: var uuid } => running.Remove(uuid),
                    _ => running,
                };
            }

            if (running.SymmetricExcept(snapshot.Running) is { Count: > 0 } differ)
            {
                var uuid = differ.Min();
                return new($"the hypervisor {(snapshot.Running.Contains(uuid) ? "ran" : "did not run")} {uuid} at record {snapshot.Record}, and the log says otherwise", [], [snapshot.Record]);
            }
        }

        return null;
    }

    // Xen numbers domains upwards from 1; a number comes again only after it has gone through all.
    private static Witness? Repetition(IsolationEvidence evidence) =>
        Numbered(evidence).FirstOrDefault(pair => pair.Now.Domain <= pair.Before.Domain && pair.Before.Domain < LastDomain / 2) is { Now: { } now } pair
            ? new($"domain {now.Domain} started after domain {pair.Before.Domain}: the log is not in the order of the starts", [], [pair.Before.Record, now.Record])
            : null;

    private static string? Skipped(IsolationEvidence evidence)
    {
        var starts = evidence.Starts ?? [];
        if (starts.FirstOrDefault(start => start.Domain is null) is { } unnumbered)
        {
            return $"record {unnumbered.Record} does not say which number Xen gave the domain";
        }

        return starts is [{ Domain: > 1 } first, ..] ? $"nothing tells what ran as the domains before {first.Domain} (record {first.Record})"
            : Numbered(evidence).FirstOrDefault(pair => pair.Now.Domain > pair.Before.Domain + 1) is { Now: { } now } ? $"nothing tells what ran as domain {now.Domain - 1} (before record {now.Record})"
            : null;
    }

    private static IEnumerable<(VmIdentity Before, VmIdentity Now)> Numbered(IsolationEvidence evidence)
    {
        var numbered = (evidence.Starts ?? []).Where(start => start.Domain is not null).ToList();
        return numbered.Zip(numbered.Skip(1), (before, now) => (before, now));
    }

    // DOMID_FIRST_RESERVED
    private const uint LastDomain = 0x7ff0;
}
