namespace Shype.Attest.Agent.Sources;

/// <summary>The source that reads a manifest: for hosts whose hypervisor cannot be asked, and for the simulator. Read anew each time it is asked.</summary>
public sealed class ManifestSource(string file) : IMeasurementSource
{
    /// <inheritdoc/>
    public ValueTask<HypervisorFacts> ReadHypervisorAsync(CancellationToken cancellationToken) => new(Read().Hypervisor);

    /// <inheritdoc/>
    public ValueTask<PolicyFacts> ReadPolicyAsync(CancellationToken cancellationToken) => new(Read().Policy);

    /// <inheritdoc/>
    public ValueTask<VmDefinition?> FindVmAsync(string nameOrUuid, CancellationToken cancellationToken)
    {
        var isUuid = Guid.TryParseExact(nameOrUuid, "D", out var uuid);
        return new(Read().Vms.FirstOrDefault(vm => vm.Name == nameOrUuid || (isUuid && vm.Uuid == uuid)));
    }

    private Manifest Read() => Manifest.TryRead(file, out var manifest, out var problem)
        ? manifest
        : throw new AgentException(ExitCode.Usage, problem.ToString());
}
