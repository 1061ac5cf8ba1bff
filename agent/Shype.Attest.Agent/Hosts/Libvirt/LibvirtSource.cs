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
    public async ValueTask<HypervisorFacts> ReadHypervisorAsync(CancellationToken cancellationToken)
    {
        var parts = BootEntry.Read(options.FirmwareLog, _paths.Boot);
        var commandLine = HostFiles.Text(Path.Join(_paths.Proc, "cmdline")) ?? "";
        var image = parts.Count > 0 ? parts[0].Source
            : Kernel(commandLine) is { } file ? new BootFile(file, null)
            : throw new AgentException(ExitCode.CouldNot, $"neither {options.FirmwareLog} nor the kernel's command line names the kernel that runs, or it is not in {_paths.Boot}");
        return new HypervisorFacts
        {
            Kind = "kvm",
            Version = HostFiles.Text(Path.Join(_paths.Proc, "sys/kernel/osrelease")) ?? "",
            Image = image,
            CommandLine = commandLine,
            Modules = [.. parts.Skip(1).Select((part, i) => new ModuleFacts(i == 0 ? "initrd" : $"module{i}", part.Source, part.CommandLine))],
            Others = [.. await ReadOthersAsync(parts, cancellationToken).ConfigureAwait(false)],
        };
    }

    /// <inheritdoc/>
    public async ValueTask<PolicyFacts> ReadPolicyAsync(CancellationToken cancellationToken) =>
        // A policy for the gate is a policy that the host does not know: the agent keeps it.
        options.Policy is { } file ? new("acm", file, Enforcing: false)
        : await SecurityModelAsync(cancellationToken).ConfigureAwait(false) is "selinux" or "apparmor" ? new("svirt", null, Enforcing: true)
        : new("none", null, Enforcing: false);

    /// <inheritdoc/>
    public Task<VmStartOutcome> StartVmAsync(AgentContext agent, string vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken) =>
        throw new AgentException(ExitCode.Usage, $"libvirt starts VMs, and its hook measures them: virsh -c {_paths.LibvirtUri} start {TextRules.Escape(vm)}");

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RunningDomain>?> ListRunningAsync(CancellationToken cancellationToken)
    {
        var list = await AskAsync(["list", "--uuid"], cancellationToken).ConfigureAwait(false)
            ?? throw new AgentException(ExitCode.CouldNot, $"{_paths.Virsh} list: libvirt at {_paths.LibvirtUri} did not answer");
        var domains = new List<RunningDomain>();
        foreach (var line in list.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MaxDomains))
        {
            if (Guid.TryParseExact(line, "D", out var uuid))
            {
                domains.Add(await DescribeAsync(uuid, cancellationToken).ConfigureAwait(false));
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

    private async Task<IReadOnlyList<OtherFact>> ReadOthersAsync(IReadOnlyList<BootPart> parts, CancellationToken cancellationToken)
    {
        var version = await AskAsync(["version"], cancellationToken).ConfigureAwait(false);
        return
        [
            new("source", "libvirt"),
            new("boot-entry", parts.Count > 0 ? "boot loader's log" : null),
            KvmModule(),
            File.Exists(_paths.Qemu) ? new OtherFact("qemu", Line(version?.Text, "Running hypervisor:"), _paths.Qemu) : new OtherFact("qemu"),
            new("libvirt", Line(version?.Text, "Using library:")),
            new("security-module", await SecurityModelAsync(cancellationToken).ConfigureAwait(false)),
        ];
    }

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

    private async Task<string?> SecurityModelAsync(CancellationToken cancellationToken)
    {
        var capabilities = await AskAsync(["capabilities"], cancellationToken).ConfigureAwait(false);
        if (capabilities is null)
        {
            return null;
        }

        var models = Between(capabilities.Text, "<secmodel>", "</secmodel>").Select(model => Between(model, "<model>", "</model>").FirstOrDefault("")).ToList();
        return models.FirstOrDefault(model => model is "selinux" or "apparmor") ?? (models.Count > 0 ? models[0] : "none");
    }

    private static IEnumerable<string> Between(string text, string begin, string end)
    {
        for (var at = text.IndexOf(begin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(begin, at, StringComparison.Ordinal))
        {
            at += begin.Length;
            var stop = text.IndexOf(end, at, StringComparison.Ordinal);
            if (stop < 0)
            {
                yield break;
            }

            yield return text[at..stop];
        }
    }

    private static string? Line(string? text, string head) =>
        text?.Split('\n').FirstOrDefault(line => line.StartsWith(head, StringComparison.Ordinal))?[head.Length..].Trim();

    private string? Kernel(string commandLine) => commandLine.Split(' ').FirstOrDefault(word => word.StartsWith(BootImage, StringComparison.Ordinal)) is { } word
        ? BootEntry.FindFile(word[BootImage.Length..], _paths.Boot)
        : null;

    private Task<ToolResult?> AskAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        HostTool.AskAsync(_paths.Virsh, ["-r", "-q", "-c", _paths.LibvirtUri, .. arguments], cancellationToken);

    private const string BootImage = "BOOT_IMAGE=";
    private const int MaxDomains = 32_768;
}
