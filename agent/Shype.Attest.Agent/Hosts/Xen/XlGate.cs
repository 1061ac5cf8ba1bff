using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Images;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>
/// Starts a VM of Xen: made but paused, measured, decided and recorded, and only then run; or destroyed. Kernel and initial file system reach Xen as sealed
/// copies, so that what was measured is what runs.
/// </summary>
public static class XlGate
{
    /// <summary>Starts the VM of an xl configuration.</summary>
    /// <exception cref="AgentException">The configuration cannot be understood, or xl, TPM or disk failed. Nothing of the VM is left then.</exception>
    public static async Task<VmStartOutcome> StartAsync(AgentContext agent, string file, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var configuration = XlConfiguration.ReadFile(file, agent.Options);
        var vm = configuration.Vm;
        await LookAsync(agent, cancellationToken).ConfigureAwait(false);
        using var alone = VmLock.Take(agent, vm);
        using var measurement = VmMeasurement.Open(vm, seal: true);
        using var given = SealedCopy.Of(configuration.ForXl(measurement.SealedKernel, measurement.SealedInitrd));
        await XlAsync(agent, cancellationToken, "create", "-p", given.Path).ConfigureAwait(false);
        try
        {
            var domain = await FindAsync(agent, vm, cancellationToken).ConfigureAwait(false);
            var outcome = Judge(agent, configuration, domain) is { } refusal
                ? new VmStartOutcome(refusal, measurement.Run(agent, progress, cancellationToken), null)
                : VmLifecycle.Record(agent, vm, measurement.Run(agent, progress, cancellationToken), cancellationToken);
            if (outcome.Record is null)
            {
                await DestroyAsync(agent, vm).ConfigureAwait(false);
                return outcome;
            }

            await UnpauseAsync(agent, vm, domain, cancellationToken).ConfigureAwait(false);
            return outcome;
        }
        catch (Exception e) when (agent.Options.Mode == AgentMode.Enforce || e is OperationCanceledException)
        {
            await DestroyAsync(agent, vm).ConfigureAwait(false);
            throw;
        }
        catch (Exception e)
        {
            // Observed, not held up: it runs without a record, and the next look writes that down as what it is.
            agent.Say($"warning: {vm.Name} runs although it could not be recorded: {e.Message}");
            await XlAsync(agent, cancellationToken, "unpause", vm.Name).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What forbids a start whatever the policy says: a label that the hypervisor does not give as the configuration wants it.</summary>
    private static GateDecision? Judge(AgentContext agent, XlConfiguration configuration, RunningDomain domain)
    {
        if (configuration.SecurityLabel is not { } wanted)
        {
            return null;
        }

        if (domain.Label is null)
        {
            agent.Say($"warning: {configuration.Vm.Name} has seclabel '{TextRules.Escape(wanted)}', and this hypervisor gives no labels: the gate is all that keeps it");
            return null;
        }

        return domain.Label == wanted || agent.Options.Mode == AgentMode.Observe ? null
            : new(false, $"{configuration.Vm.Name} may not start: its configuration says label '{TextRules.Escape(wanted)}', and the hypervisor gave it '{TextRules.Escape(domain.Label)}'");
    }

    // What is gone must not keep others out, and what came past the gate must.
    private static async Task LookAsync(AgentContext agent, CancellationToken cancellationToken)
    {
        try
        {
            await DomainWatch.RunAsync(agent, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (agent.Options.Mode == AgentMode.Observe && e is not OperationCanceledException)
        {
            agent.Say($"warning: {e.Message}");
        }
    }

    private static async Task<RunningDomain> FindAsync(AgentContext agent, VmDefinition vm, CancellationToken cancellationToken)
    {
        var domains = await agent.Source.ListRunningAsync(Nothing, cancellationToken).ConfigureAwait(false) ?? [];
        return domains.FirstOrDefault(domain => domain.Uuid == vm.Uuid)
            ?? throw new AgentException(ExitCode.CouldNot, $"xl made {TextRules.Escape(vm.Name)} and does not list it under {vm.Uuid}");
    }

    private static async Task UnpauseAsync(AgentContext agent, VmDefinition vm, RunningDomain domain, CancellationToken cancellationToken)
    {
        try
        {
            await XlAsync(agent, cancellationToken, "unpause", $"{domain.Number}").ConfigureAwait(false);
        }
        catch (AgentException)
        {
            VmLifecycle.Stop(agent, vm.Uuid.ToString("D"), "it could not be unpaused", cancellationToken);
            throw;
        }
    }

    // Also when the work before was cancelled: a VM that is not let through must not be left.
    private static async Task DestroyAsync(AgentContext agent, VmDefinition vm)
    {
        foreach (var domain in await agent.Source.ListRunningAsync(Nothing, CancellationToken.None).ConfigureAwait(false) ?? [])
        {
            if (domain.Uuid == vm.Uuid)
            {
                await XlAsync(agent, CancellationToken.None, "destroy", $"{domain.Number}").ConfigureAwait(false);
            }
        }
    }

    private static async Task XlAsync(AgentContext agent, CancellationToken cancellationToken, params string[] arguments)
    {
        var result = await HostTool.RunAsync(agent.Options.Host.Xl, arguments, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new AgentException(ExitCode.CouldNot, $"{agent.Options.Host.Xl} {arguments[0]}: {result.Complaint}");
        }
    }

    private static readonly IReadOnlySet<Guid> Nothing = new HashSet<Guid>();
}
