using Shype.Attest.Isolation.Acm;
using Shype.Attest.Measurement.Cel;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Measuring;

/// <summary>Starts and stops of VMs: measured, decided, recorded, in this order.</summary>
public static class VmLifecycle
{
    /// <summary>Measures a VM and lets it start where the gate is open. Nothing is recorded as started that was refused.</summary>
    /// <exception cref="AgentException">There is no such VM, or it cannot be measured.</exception>
    public static async Task<VmStartOutcome> StartAsync(
        AgentContext agent, string nameOrUuid, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var vm = await agent.Source.FindVmAsync(nameOrUuid, cancellationToken).ConfigureAwait(false)
            ?? throw new AgentException(ExitCode.Usage, $"there is no VM {TextRules.Escape(nameOrUuid)} in {agent.Options.Manifest}");
        var measured = VmMeasurement.Run(vm, progress, cancellationToken);
        return agent.WithJournal(
            (journal, _) =>
            {
                var decision = LaunchGate.Decide(journal.Host, PolicyInForce(agent.State, journal.Host), vm);
                return LaunchGate.IsOpen(decision, agent.Options.Mode)
                    ? new VmStartOutcome(decision, measured, journal.Append(measured))
                    : new VmStartOutcome(decision, measured, null);
            },
            cancellationToken);
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

    internal static AcmPolicy? PolicyInForce(StateFolder state, MeasuredHost host) =>
        KeptPolicies.Find(state, host.Policy?.SourceDigest) is { } bytes && AcmXml.TryParse(bytes, out var policy, out _) ? policy : null;
}

/// <summary>What came of a start.</summary>
/// <param name="Decision">What the gate said.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Record">The record; null where the start was refused.</param>
public sealed record VmStartOutcome(GateDecision Decision, VmStartContent Measured, CelRecord? Record);
