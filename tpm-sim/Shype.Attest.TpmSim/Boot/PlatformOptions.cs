using System.Text;

namespace Shype.Attest.TpmSim.Boot;

/// <summary>What a simulated host boots. Everything has a default, so that a host with nothing set boots too, always to the same PCRs.</summary>
public sealed record PlatformOptions
{
    /// <summary>EV_S_CRTM_VERSION.</summary>
    public string FirmwareVersion { get; init; } = "Shype.Attest simulated firmware 1.0";

    /// <summary>The firmware volume that the S-CRTM measures (PCR 0).</summary>
    public BootImage Firmware { get; init; } = StandIn("firmware volume");

    /// <summary>Option ROMs of devices (PCR 2).</summary>
    public IReadOnlyList<BootImage> OptionRoms { get; init; } = [];

    /// <summary>Secure Boot: its variables and the authority of the boot loader in PCR 7.</summary>
    public bool SecureBoot { get; init; } = true;

    /// <summary>The boot loader that the firmware starts: a PE image, measured by its Authenticode digest (PCR 4).</summary>
    public BootImage BootLoader { get; init; } = BootImage.FromBytes(StandInLoader.Image);

    /// <summary>The hypervisor that GRUB loads with <c>multiboot2</c>; null for a host whose Linux kernel is its hypervisor.</summary>
    public LoadedFile? Hypervisor { get; init; } = new() { Path = "/boot/xen.gz", Image = StandIn("/boot/xen.gz"), CommandLine = "console=vga dom0_mem=1024M" };

    /// <summary>The kernel: of dom0, or of the host itself.</summary>
    public LoadedFile Kernel { get; init; } = new() { Path = "/boot/vmlinuz", Image = StandIn("/boot/vmlinuz"), CommandLine = "root=/dev/sda2 ro quiet" };

    /// <summary>Its initial file system; null for none.</summary>
    public LoadedFile? InitialFileSystem { get; init; } = new() { Path = "/boot/initrd.img", Image = StandIn("/boot/initrd.img") };

    /// <summary>
    /// The files that the kernel loads first and measures into PCR 10 (IMA), each by its path with its content; null for a kernel without IMA.
    /// </summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? Ima { get; init; }

    private static BootImage StandIn(string name) => BootImage.FromBytes(Encoding.UTF8.GetBytes($"Shype.Attest simulator: stands for {name}"));
}

/// <summary>A file that GRUB loads and measures (PCR 9), with the command line that goes with it (PCR 8).</summary>
public sealed record LoadedFile
{
    /// <summary>The path as GRUB's configuration names it.</summary>
    public required string Path { get; init; }

    /// <summary>Its bytes.</summary>
    public required BootImage Image { get; init; }

    /// <summary>Its arguments; may be empty.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>A file of this machine, which GRUB finds under the same name in <c>/boot</c>.</summary>
    public static LoadedFile Of(string file, string commandLine = "") =>
        new() { Path = "/boot/" + System.IO.Path.GetFileName(file), Image = BootImage.FromFile(file), CommandLine = commandLine };
}
