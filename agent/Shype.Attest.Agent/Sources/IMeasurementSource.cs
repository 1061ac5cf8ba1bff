using Shype.Attest.Agent.Measuring;

namespace Shype.Attest.Agent.Sources;

/// <summary>
/// Says what runs on this host: the one seam between the agent and a hypervisor. It names things and where their bytes are; hashing, recording and
/// deciding are the agent's, the same for every source.
/// </summary>
public interface IMeasurementSource
{
    /// <summary>The hypervisor that runs now.</summary>
    /// <exception cref="AgentException">The source cannot say.</exception>
    ValueTask<HypervisorFacts> ReadHypervisorAsync(CancellationToken cancellationToken);

    /// <summary>The isolation policy in force now.</summary>
    /// <exception cref="AgentException">The source cannot say.</exception>
    ValueTask<PolicyFacts> ReadPolicyAsync(CancellationToken cancellationToken);

    /// <summary>Starts a VM through the gate, in the way of this host: what is measured, decided and recorded is the same everywhere.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="vm">A name, a uuid, or a configuration's file.</param>
    /// <param name="progress">Told how far measuring is.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="AgentException">There is no such VM, it cannot be measured, or it is not started by this command here.</exception>
    Task<VmStartOutcome> StartVmAsync(AgentContext agent, string vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken);

    /// <summary>The VMs that the hypervisor itself says it runs, without the host's own domain; null where nobody can be asked.</summary>
    /// <param name="known">Those of which only their existence matters; labels are asked for the others.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="AgentException">The hypervisor did not answer.</exception>
    ValueTask<IReadOnlyList<RunningDomain>?> ListRunningAsync(IReadOnlySet<Guid> known, CancellationToken cancellationToken);
}

/// <summary>A VM that the hypervisor says it runs.</summary>
/// <param name="Uuid">Which.</param>
/// <param name="Name">Its name.</param>
/// <param name="Number">The hypervisor's own number for it; null where it tells none.</param>
/// <param name="Label">The label that the hypervisor itself gives it; null where it has none, or tells none.</param>
public sealed record RunningDomain(Guid Uuid, string Name, uint? Number, string? Label);
