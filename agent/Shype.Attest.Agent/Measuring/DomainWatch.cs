using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>
/// Holds what the hypervisor says it runs against what the log says (threat row V04). A VM without a start record came past the gate: a gap, and a start that
/// nothing but its existence is known of. A VM that is gone has stopped.
/// </summary>
public static class DomainWatch
{
    /// <summary>Looks once, and records the differences; none where the source cannot list what runs.</summary>
    /// <exception cref="AgentException">The hypervisor did not answer.</exception>
    public static async Task<IReadOnlyList<CelRecord>> RunAsync(AgentContext agent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        if (agent.Source is ManifestSource)
        {
            return [];
        }

        // Asked without the lock, since a hypervisor that waits for its hook would not answer. So the log is read before, too: what was recorded meanwhile is
        // left for the next look.
        var before = agent.WithJournal((journal, _) => (journal.Records.Count, Running: journal.Host.Running.Keys.ToHashSet()), cancellationToken);
        if (await agent.Source.ListRunningAsync(before.Running, cancellationToken).ConfigureAwait(false) is not { } listed)
        {
            return [];
        }

        // Nothing began or ended: the TPM is not needed again.
        if (before.Running.SetEquals(listed.Select(domain => domain.Uuid).Where(uuid => uuid != Guid.Empty)))
        {
            return [];
        }

        return agent.WithJournal((journal, _) => Settle(agent, journal, before.Count, before.Running, listed), cancellationToken);
    }

    private static IReadOnlyList<CelRecord> Settle(
        AgentContext agent, MeasurementJournal journal, int known, HashSet<Guid> ranBefore, IReadOnlyList<RunningDomain> listed)
    {
        var count = journal.Records.Count;
        var host = journal.Host;
        var moved = journal.Records.Skip(known).Select(record => (record.Measurement as VmContent)?.Uuid).ToHashSet();
        var runs = listed.Select(domain => domain.Uuid).ToHashSet();
        foreach (var gone in ranBefore.Where(uuid => !runs.Contains(uuid) && !moved.Contains(uuid)))
        {
            journal.Append(new VmStopContent { Uuid = gone, Reason = "the hypervisor no longer lists it" });
        }

        foreach (var domain in listed.Where(domain => domain.Uuid != Guid.Empty && !host.Running.ContainsKey(domain.Uuid) && !moved.Contains(domain.Uuid)))
        {
            // Whoever starts it through the gate holds its lock until the start is recorded.
            if (agent.State.TryLock(VmLock.NameOf(domain.Uuid)) is { } free)
            {
                using (free)
                {
                    NotePastTheGate(agent, journal, domain);
                }
            }
        }

        return [.. journal.Records.Skip(count)];
    }

    private static void NotePastTheGate(AgentContext agent, MeasurementJournal journal, RunningDomain domain)
    {
        var label = domain.Label is { Length: <= 128 } known && TextRules.IndexOfForbidden(known) < 0 ? known : null;
        var reason = $"{domain.Name} {domain.Uuid} runs, and no record says that it started: it came past the launch gate";
        agent.Say(reason);
        journal.Append(new GapContent
        {
            Since = journal.LastWrite,
            AfterRecord = journal.Records.Count > 0 ? journal.Records[^1].RecordNumber : null,
            Reason = reason,
        });
        var vm = new VmDefinition { Uuid = domain.Uuid, Name = domain.Name, Label = label, Configuration = new VmConfiguration.InText(""), Disks = [] };
        journal.Append(new VmStartContent
        {
            Uuid = domain.Uuid,
            Name = domain.Name,
            Label = label,
            ConfigDigest = new(MeasuredDigest.Sha256, System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ConfigurationText.Of(vm)))),
            Disks = [],
            Mutable = true,
        });
    }
}

/// <summary>The lock that a start through the gate holds from before its VM exists until its start is recorded.</summary>
internal static class VmLock
{
    public static string NameOf(Guid uuid) => $"start-{uuid:N}.lock";

    public static IDisposable Take(AgentContext agent, VmDefinition vm) => agent.State.TryLock(NameOf(vm.Uuid))
        ?? throw new AgentException(ExitCode.Refused, $"{TextRules.Escape(vm.Name)} is being started already");
}
