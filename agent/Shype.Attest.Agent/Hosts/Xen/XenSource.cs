using System.Text;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>The source of a Xen host's domain 0. VMs are told by their xl configurations, which <see cref="XlGate"/> starts.</summary>
public sealed class XenSource(AgentOptions options) : IMeasurementSource
{
    private readonly HostPaths _paths = options.Host;

    /// <summary>Whether this is domain 0 of a Xen host.</summary>
    public static bool IsHere(HostPaths paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return HostFiles.Text(Path.Join(paths.Sys, "hypervisor/type")) == "xen"
            && HostFiles.Text(Path.Join(paths.Proc, "xen/capabilities"))?.Contains("control_d", StringComparison.Ordinal) == true;
    }

    /// <inheritdoc/>
    public async ValueTask<HypervisorFacts> ReadHypervisorAsync(CancellationToken cancellationToken)
    {
        var info = await ReadInfoAsync(cancellationToken).ConfigureAwait(false);
        var parts = BootEntry.Read(options.FirmwareLog, _paths.Boot);
        var buildId = ReadBuildId(info);
        var commandLine = CommandLine(info.GetValueOrDefault("xen_commandline"), parts);
        var image = parts.Count > 0 ? parts[0].Source
            : XenImage.Find(_paths.Boot, buildId) is { } file ? new BootFile(file, null)
            : throw new AgentException(
                ExitCode.CouldNot,
                $"{options.FirmwareLog} does not name Xen's image, and no single file of {_paths.Boot} has its build id {buildId ?? "(unknown)"}: it cannot be told what runs");
        return new HypervisorFacts
        {
            Kind = "xen",
            Version = Version(),
            BuildId = buildId,
            Image = image,
            CommandLine = commandLine,
            Modules = [.. parts.Skip(1).Select((part, i) => new ModuleFacts(ModuleName(i), part.Source, part.CommandLine))],
            Others = [.. await ReadOthersAsync(parts, commandLine, cancellationToken).ConfigureAwait(false)],
        };
    }

    /// <inheritdoc/>
    public async ValueTask<PolicyFacts> ReadPolicyAsync(CancellationToken cancellationToken)
    {
        // A policy for the gate is a policy that the hypervisor does not know: the agent keeps it.
        if (options.Policy is { } file)
        {
            return new("acm", file, Enforcing: false);
        }

        var info = await ReadInfoAsync(cancellationToken).ConfigureAwait(false);
        var parts = BootEntry.Read(options.FirmwareLog, _paths.Boot);
        var (_, security) = await ReadSecurityAsync(CommandLine(info.GetValueOrDefault("xen_commandline"), parts), cancellationToken).ConfigureAwait(false);
        return security.Module switch
        {
            "flask" => new("flask", FindFlaskPolicy(parts), security.Enforcing),
            "silo" => new("silo", null, security.Enforcing),
            _ => new("none", null, Enforcing: false),
        };
    }

    /// <inheritdoc/>
    public Task<VmStartOutcome> StartVmAsync(AgentContext agent, string vm, IProgress<MeasuringProgress>? progress, CancellationToken cancellationToken) =>
        XlGate.StartAsync(agent, vm, progress, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RunningDomain>?> ListRunningAsync(IReadOnlySet<Guid> known, CancellationToken cancellationToken)
    {
        var list = await HostTool.RunAsync(_paths.Xl, ["list", "-l"], cancellationToken).ConfigureAwait(false);
        if (!list.Succeeded)
        {
            throw new AgentException(ExitCode.CouldNot, $"{_paths.Xl} list -l: {list.Complaint}");
        }

        var labels = await HostTool.AskAsync(_paths.Xl, ["list", "-Z"], cancellationToken).ConfigureAwait(false);
        return XlOutput.ReadDomains(list.Bytes, labels is null ? new Dictionary<uint, string>() : XlOutput.ReadLabels(labels.Text));
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadInfoAsync(CancellationToken cancellationToken) =>
        await HostTool.AskAsync(_paths.Xl, ["info"], cancellationToken).ConfigureAwait(false) is { } info
            ? XlOutput.ReadInfo(info.Text)
            : new Dictionary<string, string>(StringComparer.Ordinal);

    // The kernel prints the 20 bytes as they are, and up to a zero byte where one is among them: then xl's own hex is taken, which must begin the same.
    private string? ReadBuildId(IReadOnlyDictionary<string, string> info)
    {
        var raw = HostFiles.Bytes(Path.Join(_paths.Sys, "hypervisor/properties/buildid"));
        if (raw is { Length: 21 } && raw[20] == '\n')
        {
            raw = raw[..20];
        }

        if (raw is { Length: 20 })
        {
            return Convert.ToHexStringLower(raw);
        }

        return info.GetValueOrDefault("build_id") is { Length: 40 } hex && hex.All(char.IsAsciiHexDigitLower) && (raw is null || hex.StartsWith(Convert.ToHexStringLower(raw), StringComparison.Ordinal))
            ? hex
            : null;
    }

    private string Version()
    {
        var folder = Path.Join(_paths.Sys, "hypervisor/version");
        return HostFiles.Text(Path.Join(folder, "major")) is { } major && HostFiles.Text(Path.Join(folder, "minor")) is { } minor
            ? $"{major}.{minor}{HostFiles.Text(Path.Join(folder, "extra"))}"
            : "";
    }

    // What Xen itself says counts, so that a lie of the boot loader's log shows; the log's own spelling is kept where the two say the same.
    private static string CommandLine(string? told, IReadOnlyList<BootPart> parts)
    {
        var logged = parts.Count > 0 ? parts[0].CommandLine : null;
        return string.IsNullOrEmpty(told) || (logged is not null && IsSame(told, logged)) ? logged ?? "" : told;

        // Xen keeps 1023 bytes of it.
        static bool IsSame(string told, string logged) =>
            Words(told) == Words(logged) || (Encoding.UTF8.GetByteCount(told) >= MaxToldBytes && logged.StartsWith(told, StringComparison.Ordinal));

        static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<IReadOnlyList<OtherFact>> ReadOthersAsync(IReadOnlyList<BootPart> parts, string commandLine, CancellationToken cancellationToken)
    {
        var (configuration, security) = await ReadSecurityAsync(commandLine, cancellationToken).ConfigureAwait(false);
        var patches = await HostTool.AskAsync(_paths.XenLivepatch, ["list"], cancellationToken).ConfigureAwait(false);
        return
        [
            new("source", "xen"),
            new("boot-entry", parts.Count > 0 ? "boot loader's log" : null),
            new("security-module", security.Text),
            // A null array would become empty memory, which is a configuration of no bytes.
            configuration is null ? new("build-configuration") : new("build-configuration", Bytes: configuration),
            .. patches is null ? [new OtherFact("live-patch")] : LivePatches(patches.Text),
        ];
    }

    private async Task<(byte[]? Configuration, XenSecurity Security)> ReadSecurityAsync(string commandLine, CancellationToken cancellationToken)
    {
        var enforce = await HostTool.AskAsync(_paths.Xl, ["getenforce"], cancellationToken).ConfigureAwait(false);
        var configuration = await HostTool.AskAsync(_paths.Xenhypfs, ["cat", "/buildinfo/config"], cancellationToken).ConfigureAwait(false);
        return (configuration?.Bytes, XenSecurity.Of(enforce?.Text, configuration?.Text, commandLine));
    }

    /// <summary>Rows of <c>xen-livepatch list</c>, below a head and a line of dashes: "name | state | metadata".</summary>
    internal static IReadOnlyList<OtherFact> LivePatches(string text)
    {
        var patches = new List<OtherFact>();
        foreach (var line in text.Split('\n').SkipWhile(line => !line.StartsWith("---", StringComparison.Ordinal)).Skip(1))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length >= 2 && $"{cells[0]} {cells[1]}" is { Length: <= MeasurementLimits.MaxNameBytes / 2 } patch && TextRules.IndexOfForbidden(patch) < 0)
            {
                patches.Add(new("live-patch", patch));
            }
        }

        return patches.Count > 0 ? patches : [new("live-patch", "none")];
    }

    // Xen takes the last module that begins as a policy does (isolation of XSM: xen/xsm/xsm_policy.c searches them).
    private static string? FindFlaskPolicy(IReadOnlyList<BootPart> parts) => parts.Skip(1).Select(part => part.File).LastOrDefault(file => file is not null && IsFlask(file));

    private static bool IsFlask(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            Span<byte> head = stackalloc byte[16];
            return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.StartsWith(FlaskMagic) && head[8..].SequenceEqual("XenFlask"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // By their order: Xen takes the first module for domain 0's kernel, and the next one that is nothing else for its initial file system.
    private static string ModuleName(int index) => index switch { 0 => "kernel", 1 => "initrd", _ => $"module{index}" };

    private const int MaxToldBytes = 1023;
    private static ReadOnlySpan<byte> FlaskMagic => [0x8c, 0xff, 0x7c, 0xf9, 8, 0, 0, 0];
}
