using Shype.Attest.Agent.Sources;
using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>Starts and stops of VMs: measured, decided, recorded, in this order.</summary>
public static class VmLifecycle
{
    /// <summary>Measures a VM that is about to run, decides, and records its start where the gate is open.</summary>
    /// <exception cref="AgentException">It cannot be measured or recorded.</exception>
    public static VmStartOutcome Admit(AgentContext agent, VmDefinition vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        using var measurement = VmMeasurement.Open(vm, seal: false);
        return Record(agent, vm, measurement.Run(agent, progress, cancellationToken), cancellationToken);
    }

    /// <summary>Records that a VM no longer runs.</summary>
    /// <exception cref="AgentException">By the log it does not run.</exception>
    public static (VmRunContent Vm, CelRecord Record) Stop(AgentContext agent, string nameOrUuid, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var isUuid = Guid.TryParseExact(nameOrUuid, "D", out var uuid);
        return agent.WithJournal(
            (journal, _) =>
            {
                var vm = journal.Host.Running.Values.FirstOrDefault(vm => vm.Name == nameOrUuid || (isUuid && vm.Uuid == uuid))
                    ?? throw new AgentException(ExitCode.Refused, $"{TextRules.Escape(nameOrUuid)} does not run by the log of this boot: nothing is recorded");
                return (vm, journal.Append(new VmStopContent { Uuid = vm.Uuid, Reason = reason }));
            },
            cancellationToken);
    }

    /// <summary>Decides about what was measured, and records its start where the gate is open.</summary>
    internal static VmStartOutcome Record(AgentContext agent, VmDefinition vm, VmStartContent measured, CancellationToken cancellationToken) => agent.WithJournal(
        (journal, _) =>
        {
            var decision = LaunchGate.Decide(journal.Host, PolicyInForce(agent.State, journal.Host), vm);
            return LaunchGate.IsOpen(decision, agent.Options.Mode)
                ? new VmStartOutcome(decision, measured, journal.Append(measured))
                : new VmStartOutcome(decision, measured, null);
        },
        cancellationToken);

    internal static AcmPolicy? PolicyInForce(StateFolder state, MeasuredHost host) =>
        KeptPolicies.Find(state, host.Policy?.SourceDigest) is { } bytes && AcmXml.TryParse(bytes, out var policy, out _) ? policy : null;
}

/// <summary>What came of a start.</summary>
/// <param name="Decision">What the gate said.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Record">The record; null where the start was refused.</param>
public sealed record VmStartOutcome(GateDecision Decision, VmStartContent Measured, CelRecord? Record);
