using Shype.Attest.Agent.Measuring;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Sources;

/// <summary>The source that reads a manifest: for hosts whose hypervisor cannot be asked, and for the simulator. Read anew each time it is asked.</summary>
public sealed class ManifestSource(string file) : IMeasurementSource
{
    /// <inheritdoc/>
    public ValueTask<HypervisorFacts> ReadHypervisorAsync(CancellationToken cancellationToken) => new(Read().Hypervisor);

    /// <inheritdoc/>
    public ValueTask<PolicyFacts> ReadPolicyAsync(CancellationToken cancellationToken) => new(Read().Policy);

    /// <summary>The definition of a VM, by name or uuid; null where the manifest has none.</summary>
    /// <exception cref="AgentException">The manifest cannot be read.</exception>
    public VmDefinition? FindVm(string nameOrUuid)
    {
        var isUuid = Guid.TryParseExact(nameOrUuid, "D", out var uuid);
        return Read().Vms.FirstOrDefault(vm => vm.Name == nameOrUuid || (isUuid && vm.Uuid == uuid));
    }

    /// <inheritdoc/>
    public Task<VmStartOutcome> StartVmAsync(AgentContext agent, string vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        var definition = FindVm(vm) ?? throw new AgentException(ExitCode.Usage, $"there is no VM {TextRules.Escape(vm)} in {file}");
        return Task.FromResult(VmLifecycle.Admit(agent, definition, progress, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunningDomain>?> ListRunningAsync(IReadOnlySet<Guid> known, CancellationToken cancellationToken) => new((IReadOnlyList<RunningDomain>?)null);

    private Manifest Read() => Manifest.TryRead(file, out var manifest, out var problem)
        ? manifest
        : throw new AgentException(ExitCode.Usage, problem.ToString());
}
