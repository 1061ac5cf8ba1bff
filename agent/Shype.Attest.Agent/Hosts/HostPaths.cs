namespace Shype.Attest.Agent.Hosts;

/// <summary>Where this host tells of itself, and the tools that are asked. All of it can be set, for hosts that keep things elsewhere.</summary>
public sealed record HostPaths
{
    /// <summary>Usually /sys.</summary>
    public string Sys { get; init; } = "/sys";

    /// <summary>Usually /proc.</summary>
    public string Proc { get; init; } = "/proc";

    /// <summary>Where the boot loader's files lie; its own paths are looked for there, and below it.</summary>
    public string Boot { get; init; } = "/boot";

    /// <summary>Xen's tool.</summary>
    public string Xl { get; init; } = "/usr/sbin/xl";

    /// <summary>The tool that reads Xen's build configuration.</summary>
    public string Xenhypfs { get; init; } = "/usr/sbin/xenhypfs";

    /// <summary>The tool that lists Xen's live patches.</summary>
    public string XenLivepatch { get; init; } = "/usr/sbin/xen-livepatch";

    /// <summary>libvirt's tool.</summary>
    public string Virsh { get; init; } = "/usr/bin/virsh";

    /// <summary>The libvirt that is asked.</summary>
    public string LibvirtUri { get; init; } = "qemu:///system";

    /// <summary>The hook that libvirt calls before a VM starts.</summary>
    public string LibvirtHook { get; init; } = "/etc/libvirt/hooks/qemu";

    /// <summary>The emulator that VMs run in.</summary>
    public string Qemu { get; init; } = "/usr/bin/qemu-system-x86_64";
}
