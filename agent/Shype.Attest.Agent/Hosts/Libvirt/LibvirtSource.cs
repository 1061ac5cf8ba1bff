using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts.Libvirt;

/// <summary>The source of a Linux host whose VMs libvirt runs in QEMU. VMs are told by libvirt itself, in its hook and by <c>virsh</c>.</summary>
public sealed class LibvirtSource(AgentOptions options) : IMeasurementSource
{
    private readonly HostPaths _paths = options.Host;

    /// <summary>Whether libvirt's tool is here.</summary>
    public static bool IsHere(HostPaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return File.Exists(paths.Virsh);
    }

    /// <inheritdoc/>
    public ValueTask<HypervisorFacts> ReadHypervisorAsync(CancellationToken cancellationToken)
    {
        var parts = BootEntry.Read(options.FirmwareLog, _paths.Boot);
        var commandLine = HostFiles.Text(Path.Join(_paths.Proc, "cmdline")) ?? "";
        var image = parts.Count > 0 ? parts[0].Source
            : Kernel(commandLine) is { } file ? new BootFile(file, null)
            : throw new AgentException(ExitCode.CouldNot, $"neither {options.FirmwareLog} nor the kernel's command line names the kernel that runs, or it is not in {_paths.Boot}");
        return new(new HypervisorFacts
        {
            Kind = "kvm",
            Version = HostFiles.Text(Path.Join(_paths.Proc, "sys/kernel/osrelease")) ?? "",
            Image = image,
            CommandLine = commandLine,
            Modules = [.. parts.Skip(1).Select((part, i) => new ModuleFacts(i == 0 ? "initrd" : $"module{i}", part.Source, part.CommandLine))],
            Others = ReadOthers(parts),
        });
    }

    /// <inheritdoc/>
    public ValueTask<PolicyFacts> ReadPolicyAsync(CancellationToken cancellationToken) =>
        // A policy for the gate is a policy that the host does not know: the agent keeps it.
        new(options.Policy is { } file ? new PolicyFacts("acm", file, Enforcing: false) : new PolicyFacts("none", null, Enforcing: false));

    /// <inheritdoc/>
    public Task<VmStartOutcome> StartVmAsync(AgentContext agent, string vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken) =>
        throw new AgentException(ExitCode.Usage, $"libvirt starts VMs, and its hook measures them: virsh -c {_paths.LibvirtUri} start {TextRules.Escape(vm)}");

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RunningDomain>?> ListRunningAsync(IReadOnlySet<Guid> known, CancellationToken cancellationToken)
    {
        var list = await AskAsync(["list", "--uuid"], cancellationToken).ConfigureAwait(false)
            ?? throw new AgentException(ExitCode.CouldNot, $"{_paths.Virsh} list: libvirt at {_paths.LibvirtUri} did not answer");
        var domains = new List<RunningDomain>();
        foreach (var line in list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MaxDomains))
        {
            if (Guid.TryParseExact(line, "D", out var uuid))
            {
                domains.Add(known.Contains(uuid) ? new(uuid, line, null, null) : await DescribeAsync(uuid, cancellationToken).ConfigureAwait(false));
            }
        }

        return domains;
    }

    private async Task<RunningDomain> DescribeAsync(Guid uuid, CancellationToken cancellationToken)
    {
        if (await AskAsync(["dumpxml", "--", uuid.ToString("D")], cancellationToken).ConfigureAwait(false) is not { } xml)
        {
            return new(uuid, uuid.ToString("D"), null, null);
        }

        try
        {
            var vm = DomainXml.Read(xml.Bytes, options.MeasureWritableDisks).Vm;
            return new(uuid, vm.Name, null, vm.Label);
        }
        catch (AgentException)
        {
            // What the gate would have refused to read still runs.
            return new(uuid, uuid.ToString("D"), null, null);
        }
    }

    // Nothing here comes from libvirt's daemon: it starts after this was measured, and would be started by being asked.
    private IReadOnlyList<OtherFact> ReadOthers(IReadOnlyList<BootPart> parts) =>
    [
        new("source", "libvirt"),
        new("boot-entry", parts.Count > 0 ? "boot loader's log" : null),
        KvmModule(),
        File.Exists(_paths.Qemu) ? new OtherFact("qemu", File: _paths.Qemu) : new OtherFact("qemu"),
        new("security-module", SecurityModule()),
    ];

    // Linux tells of each module the version of its source, which is a digest of it; a module that is built in has no such file.
    private OtherFact KvmModule()
    {
        foreach (var name in (ReadOnlySpan<string>)["kvm_intel", "kvm_amd", "kvm"])
        {
            var folder = Path.Join(_paths.Sys, "module", name);
            if (Directory.Exists(folder))
            {
                return new("kvm-module", HostFiles.Text(Path.Join(folder, "srcversion")) is { } version ? $"{name} {version}" : $"{name} built in");
            }
        }

        return new("kvm-module");
    }

    // What sVirt's labels would be kept by; whether libvirt gives any, each VM's definition says.
    private string? SecurityModule() =>
        HostFiles.Text(Path.Join(_paths.Sys, "fs/selinux/enforce")) is { } enforce ? enforce == "1" ? "selinux enforcing" : "selinux permissive"
        : HostFiles.Text(Path.Join(_paths.Sys, "module/apparmor/parameters/enabled")) == "Y" ? "apparmor"
        : HostFiles.Text(Path.Join(_paths.Sys, "kernel/security/lsm")) is null ? null : "none";

    private string? Kernel(string commandLine) => commandLine.Split(' ').FirstOrDefault(word => word.StartsWith(BootImage, StringComparison.Ordinal)) is { } word
        ? BootEntry.FindFile(word[BootImage.Length..], _paths.Boot)
        : null;

    private Task<ToolResult?> AskAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        HostTool.AskAsync(_paths.Virsh, ["-r", "-q", "-c", _paths.LibvirtUri, .. arguments], cancellationToken);

    private const string BootImage = "BOOT_IMAGE=";
    private const int MaxDomains = 32_768;
}
