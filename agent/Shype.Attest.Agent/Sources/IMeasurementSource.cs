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

    /// <summary>The definition of a VM, by name or uuid; null where the source has none.</summary>
    /// <exception cref="AgentException">The source cannot say.</exception>
    ValueTask<VmDefinition?> FindVmAsync(string nameOrUuid, CancellationToken cancellationToken);
}
