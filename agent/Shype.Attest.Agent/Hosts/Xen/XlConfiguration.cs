using System.Globalization;
using System.Text;
using Shype.Attest.Agent.Configuration;
using Shype.Attest.Agent.Measuring;
using Shype.Attest.Agent.Sources;
using Shype.Attest.Measurement;
using Shype.Attest.Measurement.Records;
using Shype.Attest.Protocol;

namespace Shype.Attest.Agent.Hosts.Xen;

/// <summary>
/// A VM's xl configuration: the bytes as they were read once, and what they define. Keys are those of a closed list; a key that hands files or programs to the VM,
/// or to its start, and is not measured is refused (threat row A07).
/// </summary>
/// <param name="Bytes">The configuration.</param>
/// <param name="Vm">What it defines.</param>
/// <param name="SecurityLabel">Its <c>seclabel</c>: the label that the hypervisor is to give; null where there is none.</param>
public sealed record XlConfiguration(ReadOnlyMemory<byte> Bytes, VmDefinition Vm, string? SecurityLabel)
{
    /// <summary>Reads a configuration.</summary>
    /// <exception cref="AgentException">It is none, or one that the gate does not understand whole.</exception>
    public static XlConfiguration ReadFile(string path, AgentOptions options)
    {
        using var file = ImageFile.Open(Path.GetFullPath(path));
        return Read(file.Path, file.ReadAll(MaxBytes), options.MeasureWritableDisks);
    }

    /// <summary>The same of bytes that were read already.</summary>
    public static XlConfiguration Read(string file, byte[] bytes, bool measureWritable)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length > MaxBytes)
        {
            throw new AgentException(ExitCode.Usage, $"{file}: has {bytes.Length} bytes, {MaxBytes} are allowed");
        }

        var (values, marks) = XlSyntax.Read(file, bytes);
        foreach (var (key, value) in values)
        {
            if (!Measured.Contains(key) && !Harmless.Contains(key))
            {
                throw Refuse(value, $"{key} is not a key that the gate knows: what it does to a VM cannot be measured");
            }
        }

        foreach (var mark in marks.Keys.Where(mark => mark != LabelMark))
        {
            throw new AgentException(ExitCode.Usage, $"{file}: '# shype.{TextRules.Escape(mark)}:' is not known; known here: shype.{LabelMark}");
        }

        var securityLabel = Optional("seclabel");
        var vm = new VmDefinition
        {
            Name = Text("name", ProtocolLimits.MaxNameCharacters),
            Uuid = ReadUuid(),
            Label = Labels(securityLabel),
            Configuration = new VmConfiguration.InText(Encoding.UTF8.GetString(bytes)),
            KernelFile = OptionalPath("kernel"),
            InitrdFile = OptionalPath("ramdisk"),
            FirmwareFile = OptionalPath("bios_path_override"),
            Disks = Disks(),
        };
        return vm.KernelFile is null && vm.InitrdFile is not null
            ? throw Refuse(values["ramdisk"], "ramdisk needs a kernel")
            : new(bytes, vm, securityLabel);

        string? Labels(string? hypervisors)
        {
            var label = marks.GetValueOrDefault(LabelMark) ?? hypervisors;
            return label is null || Encoding.UTF8.GetByteCount(label) <= MeasurementLimits.MaxNameBytes
                ? label
                : throw new AgentException(ExitCode.Usage, $"{file}: the label has more than {MeasurementLimits.MaxNameBytes} bytes");
        }

        string Text(string key, int max)
        {
            var text = Optional(key) ?? throw new AgentException(ExitCode.Usage, $"{file}: {key} is missing");
            return text.Length is > 0 && text.Length <= max ? text : throw Refuse(values[key], $"{key} must have 1 to {max} characters");
        }

        string? Optional(string key) => !values.TryGetValue(key, out var value) ? null : value.Text ?? throw Refuse(value, $"{key} is a list; a text is needed");

        string? OptionalPath(string key) => Optional(key) is not { } path ? null
            : path.StartsWith('/') && path.Length <= MaxPath && Path.GetFullPath(path) == path ? path
            : throw Refuse(values[key], $"{key} is not a whole path without '.', '..' and doubled slashes");

        // xl would invent one, and nobody could ask for a verdict about it.
        Guid ReadUuid() => Guid.TryParseExact(Optional("uuid") ?? throw new AgentException(ExitCode.Usage, $"{file}: uuid is missing; write one down: uuid = \"...\" (uuidgen)"), "D", out var uuid) && uuid != Guid.Empty
            ? uuid
            : throw Refuse(values["uuid"], "uuid is not 8-4-4-4-12 hex digits that are not all zero");

        List<DiskDefinition> Disks()
        {
            var disks = new List<DiskDefinition>();
            if (!values.TryGetValue("disk", out var value))
            {
                return disks;
            }

            var items = value.Text is null ? value.Items : throw Refuse(value, "disk is no list");
            foreach (var item in items)
            {
                try
                {
                    disks.Add(XlDisk.Read(item, measureWritable));
                }
                catch (FormatException e)
                {
                    throw Refuse(value, $"disk '{item}' {e.Message}");
                }
            }

            return disks.Select(disk => disk.Name).Distinct(StringComparer.Ordinal).Count() == disks.Count && disks.Count <= MeasurementLimits.MaxDisks
                ? disks
                : throw Refuse(value, "disk has a vdev twice, or too many disks");
        }

        AgentException Refuse(XlValue value, string problem) => new(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"{file}: line {value.Line}: {problem}"));
    }

    /// <summary>
    /// What xl is told: the same bytes, and behind them where the measured kernel and initial file system lie now, and that a VM which reboots ends. It must be
    /// started through the gate again; xl would start it anew by itself, unmeasured.
    /// </summary>
    public byte[] ForXl(string? kernel, string? initrd)
    {
        var text = new StringBuilder("\n");
        text.Append(kernel is null ? "" : $"kernel = \"{kernel}\"\n").Append(initrd is null ? "" : $"ramdisk = \"{initrd}\"\n");
        foreach (var key in (ReadOnlySpan<string>)["on_reboot", "on_crash", "on_watchdog", "on_soft_reset"])
        {
            text.Append(CultureInfo.InvariantCulture, $"{key} = \"destroy\"\n");
        }

        return [.. Bytes.Span, .. Encoding.UTF8.GetBytes(text.ToString())];
    }

    /// <summary>Bytes of a configuration: real ones have a few KiB.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxPath = 4096;
    private const string LabelMark = "label";

    private static readonly HashSet<string> Measured = ["name", "uuid", "kernel", "ramdisk", "bios_path_override", "disk", "seclabel"];

    // What they say is in the configuration's digest, and none of them names a file or a program of the host.
    private static readonly HashSet<string> Harmless =
    [
        "type", "builder", "memory", "maxmem", "vcpus", "maxvcpus", "cpus", "cpus_soft", "cpu_weight", "cap", "pool", "cmdline", "root", "extra",
        "on_poweroff", "on_reboot", "on_watchdog", "on_crash", "on_soft_reset", "init_seclabel", "device_model_stubdomain_seclabel", "max_event_channels", "event_channels",
        "max_grant_frames", "max_maptrack_frames", "max_grant_version", "nomigrate", "claim_mode", "driver_domain", "vif", "vfb", "pci", "pci_permissive", "pci_msitranslate",
        "passthrough", "boot", "bios", "hap", "pae", "acpi", "acpi_s3", "acpi_s4", "apic", "nx", "hpet", "viridian", "nestedhvm", "altp2m", "cpuid", "tsc_mode", "timer_mode",
        "localtime", "rtc_timeoffset", "xen_platform_pci", "shadow_memory", "mca_caps", "videoram", "stdvga", "vga", "vnc", "vnclisten", "vncdisplay", "vncunused", "sdl",
        "opengl", "nographic", "spice", "usb", "usbdevice", "keymap", "monitor", "e820_host", "pvh", "vnuma", "vpmu", "vmtrace_buf_kb", "msr_relaxed",
    ];
}
