namespace Shype.Attest.Agent.Sources;

/// <summary>A VM as the source defines it, before anything of it is measured.</summary>
public sealed record VmDefinition
{
    /// <summary>Which VM; never all zeros, which is the host's own domain.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its label, as the policy names it; null where it has none.</summary>
    public string? Label { get; init; }

    /// <summary>What the hypervisor is told about the VM.</summary>
    public required VmConfiguration Configuration { get; init; }

    /// <summary>The file of a kernel that the host hands to it.</summary>
    public string? KernelFile { get; init; }

    /// <summary>The file of an initrd that the host hands to it.</summary>
    public string? InitrdFile { get; init; }

    /// <summary>The file of its firmware.</summary>
    public string? FirmwareFile { get; init; }

    /// <summary>Its disks.</summary>
    public required IReadOnlyList<DiskDefinition> Disks { get; init; }
}

/// <summary>A disk of a VM.</summary>
/// <param name="Name">As the VM's configuration names it.</param>
/// <param name="File">Its image; null for a disk that is not measured because only the VM itself writes it.</param>
/// <param name="ReadOnly">Whether the VM cannot write to it.</param>
public sealed record DiskDefinition(string Name, string? File, bool ReadOnly)
{
    /// <summary>"raw" or "qcow2"; what a qcow2 image stands on is measured too.</summary>
    public string Format { get; init; } = "raw";

    /// <summary>Whether the file itself goes unmeasured, since only the VM writes it; what it stands on is measured all the same.</summary>
    public bool IsVmsOwn { get; init; }
}

/// <summary>A VM's configuration: a file, or the text that a source made of what it knows.</summary>
public abstract record VmConfiguration
{
    private VmConfiguration()
    {
    }

    /// <summary>A file.</summary>
    /// <param name="Path">Where it is.</param>
    public sealed record InFile(string Path) : VmConfiguration;

    /// <summary>A text.</summary>
    /// <param name="Text">The text.</param>
    public sealed record InText(string Text) : VmConfiguration;
}
