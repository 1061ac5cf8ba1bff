using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Hosts.Libvirt;
using Shype.Attest.Agent.Hosts.Xen;
using Shype.Attest.Agent.Keys;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol.Checks;

namespace Shype.Attest.Agent.Doctor;

/// <summary>What is installed on this host: state folder, hypervisor, and what calls the gate.</summary>
internal static class Installation
{
    /// <summary>The state folder is the agent's alone; says who this host is, where it enrolled.</summary>
    public static Enrolment? LookAtState(AgentOptions options, List<Check> checks)
    {
        if (!Directory.Exists(options.State))
        {
            checks.Add(Check.Warning("state", $"there is no {options.State} yet", "shype-agent enrol makes it, and makes this host known to the verifier."));
            return null;
        }

        Enrolment? enrolment = null;
        checks.Add(HostExamination.Try("state", $"Have it and what is in it belong to the agent's user, others kept out: chmod -R go= {options.State}", () =>
        {
            using var state = StateFolder.Open(options.State);
            if (Open(options.State) is { } open)
            {
                return Check.Wrong("state", $"{open} can be reached by others on this machine", $"chmod -R go= {options.State}; enrol anew where they may have read the key or the token.");
            }

            enrolment = Enrolment.Read(state);
            return enrolment is null
                ? Check.Warning("state", $"{options.State} is the agent's alone; this host is not enrolled", "shype-agent enrol")
                : Check.Ok("state", $"{options.State} is the agent's alone; this is host {enrolment.HostId}");
        }));
        return enrolment;
    }

    /// <summary>Somebody can say what runs here.</summary>
    public static async Task LookAtHypervisorAsync(AgentOptions options, List<Check> checks, CancellationToken cancellationToken)
    {
        try
        {
            var source = MeasurementSources.Choose(options);
            var hypervisor = await source.ReadHypervisorAsync(cancellationToken).ConfigureAwait(false);
            var policy = await source.ReadPolicyAsync(cancellationToken).ConfigureAwait(false);
            checks.Add(Missing(hypervisor, policy) is { } missing
                ? Check.Wrong("hypervisor", $"{missing} is to be measured, and there is no such file", $"Correct {options.Manifest ?? "what the hypervisor says of its boot"}.")
                : Check.Ok("hypervisor", $"{hypervisor.Kind} {hypervisor.Version}, told by {(options.Manifest ?? "itself")}; policy {policy.Module}"));
        }
        catch (AgentException e)
        {
            checks.Add(Check.Wrong("hypervisor", e.Message, "Name a manifest, or source: xen or libvirt (docs/agent.md); under Xen this must be domain 0."));
        }
    }

    /// <summary>VMs cannot start past the agent.</summary>
    public static void LookAtGate(AgentOptions options, List<Check> checks)
    {
        checks.Add(options switch
        {
            { Mode: AgentMode.Observe } => Check.Warning("gate", "mode is observe: what the policy forbids is recorded and not held up", "Write mode: enforce once nothing unexpected is recorded."),
            { Manifest: not null } => Check.Ok("gate", "a manifest is named: VMs are started by shype-agent vm start"),
            { Source: SourceKind.Libvirt } => Hook(options),
            { Source: SourceKind.Auto } when !XenSource.IsHere(options.Host) && LibvirtSource.IsHere(options.Host) => Hook(options),
            _ => File.Exists(options.Host.Xl)
                ? Check.Ok("gate", $"VMs are started by shype-agent vm start, which calls {options.Host.Xl}")
                : Check.Wrong("gate", $"there is no {options.Host.Xl} to start VMs with", "Install Xen's tools, or name xl: host: {xl: PATH}."),
        });
    }

    private static Check Hook(AgentOptions options)
    {
        var hook = options.Host.LibvirtHook;
        var advice = $"install -m 755 agent/libvirt/hooks/qemu {hook} && systemctl restart libvirtd (docs/gate.md)";
        return HostExamination.Try("gate", advice, () =>
        {
            if (!File.Exists(hook))
            {
                return Check.Wrong("gate", $"there is no {hook}: libvirt starts VMs without asking", advice);
            }

            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(hook) & UnixFileMode.UserExecute) == 0)
            {
                return Check.Wrong("gate", $"{hook} cannot be executed: libvirt passes it over", advice);
            }

            return File.ReadLines(hook).Take(MaxHookLines).Any(line => line.Contains("hook libvirt-qemu", StringComparison.Ordinal))
                ? Check.Ok("gate", $"libvirt calls the agent by {hook}")
                : Check.Wrong("gate", $"{hook} does not call shype-agent hook libvirt-qemu", advice);
        });
    }

    private static string? Missing(HypervisorFacts hypervisor, PolicyFacts policy) =>
        new[] { hypervisor.Image.File, policy.File }.Concat(hypervisor.Modules.Select(module => module.File.File)).FirstOrDefault(file => file is not null && !File.Exists(file)) is { } missing
            ? TextRules.Escape(missing) : null;

    private static string? Open(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Prepend(folder))
        {
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                return path;
            }
        }

        return null;
    }

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const int MaxHookLines = 1000;
}
