using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Appraisal.References;

// The serializer's generated code sets what a file leaves out to null, past the initial values: hence the "?? []".

/// <summary>What an operator calls good, as the file says it (docs/references.example.json). Several entries for one thing are alternatives.</summary>
public sealed record ReferenceDocument
{
    /// <summary>The version of this format: 1.</summary>
    public required int Format { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Hypervisors with what is loaded beside them.</summary>
    public IReadOnlyList<HypervisorReference> Hypervisors { get; init => field = value ?? []; } = [];

    /// <summary>Agents whose launch gate is believed; without one of them a verdict never says "gated".</summary>
    public IReadOnlyList<AgentReference> Agents { get; init => field = value ?? []; } = [];

    /// <summary>Isolation policies.</summary>
    public IReadOnlyList<PolicyReference> Policies { get; init => field = value ?? []; } = [];

    /// <summary>Binary policies for Xen's FLASK.</summary>
    public IReadOnlyList<FlaskPolicyReference> FlaskPolicies { get; init => field = value ?? []; } = [];

    /// <summary>VMs and their images.</summary>
    public IReadOnlyList<VmReference> Vms { get; init => field = value ?? []; } = [];

    /// <summary>Values that PCRs may have.</summary>
    public IReadOnlyList<PcrReference> Pcrs { get; init => field = value ?? []; } = [];

    /// <summary>PCRs that must have one of the values of <see cref="Pcrs"/> on every host.</summary>
    public IReadOnlyList<int> DemandedPcrs { get; init => field = value ?? []; } = [];
}

/// <summary>A hypervisor, its command line and its modules, all together.</summary>
public sealed record HypervisorReference
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>"xen", "kvm", "shype".</summary>
    public required string Kind { get; init; }

    /// <summary>The image that the boot loader loads.</summary>
    public required MeasuredDigest Image { get; init; }

    /// <summary>The GNU build id in hex of the running hypervisor; absent: any.</summary>
    public string? BuildId { get; init; }

    /// <summary>The command line, exactly.</summary>
    public required string CommandLine { get; init; }

    /// <summary>
    /// Of Xen: the security module that this image has built in and starts with ("flask", "silo", "dummy"); absent: it was built without any, so that the command line
    /// chooses none.
    /// </summary>
    public string? SecurityModule { get; init; }

    /// <summary>What is loaded beside it, in this order and nothing else.</summary>
    public IReadOnlyList<ModuleReference> Modules { get; init => field = value ?? []; } = [];
}

/// <summary>A module that the boot loader hands to the hypervisor.</summary>
public sealed record ModuleReference
{
    /// <summary>"kernel", "initrd".</summary>
    public required string Name { get; init; }

    /// <summary>Its digest.</summary>
    public required MeasuredDigest Digest { get; init; }

    /// <summary>Its command line, exactly.</summary>
    public string CommandLine { get; init => field = value ?? ""; } = "";
}

/// <summary>An agent's program.</summary>
public sealed record AgentReference
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Digest of its binary, as the boot record carries it.</summary>
    public required MeasuredDigest Digest { get; init; }
}

/// <summary>An isolation policy.</summary>
public sealed record PolicyReference
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>The digest of its meaning (docs/policy-digest.md).</summary>
    public required MeasuredDigest CanonicalDigest { get; init; }
}

/// <summary>A binary policy for Xen's FLASK.</summary>
public sealed record FlaskPolicyReference
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the file that Xen loads.</summary>
    public required MeasuredDigest FileDigest { get; init; }
}

/// <summary>A VM and everything that it starts from. What is absent here must be absent there, except the configuration.</summary>
public sealed record VmReference
{
    /// <summary>The VM's name.</summary>
    public required string Name { get; init; }

    /// <summary>The VM's uuid; absent: any VM with the name.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The label that it must run under; absent: none.</summary>
    public string? Label { get; init; }

    /// <summary>Digest of its configuration; absent: any configuration.</summary>
    public MeasuredDigest? Config { get; init; }

    /// <summary>Digest of the kernel that the host hands to it.</summary>
    public MeasuredDigest? Kernel { get; init; }

    /// <summary>Digest of the initrd that the host hands to it.</summary>
    public MeasuredDigest? Initrd { get; init; }

    /// <summary>Digest of its firmware.</summary>
    public MeasuredDigest? Firmware { get; init; }

    /// <summary>Its disks.</summary>
    public IReadOnlyList<DiskReference> Disks { get; init => field = value ?? []; } = [];

    /// <summary>Whether an image may be one that can still change after it was measured.</summary>
    public bool MayBeMutable { get; init; }
}

/// <summary>A disk of a VM.</summary>
public sealed record DiskReference
{
    /// <summary>As the configuration names it.</summary>
    public required string Name { get; init; }

    /// <summary>Its digest; absent: a disk for data, with whatever is on it.</summary>
    public MeasuredDigest? Digest { get; init; }
}

/// <summary>A value that a PCR may have.</summary>
public sealed record PcrReference
{
    /// <summary>For people: whose value, of what.</summary>
    public required string Name { get; init; }

    /// <summary>The PCR, 0 to 23.</summary>
    public required int Pcr { get; init; }

    /// <summary>The value in one or more banks ("sha256:..."). Every bank that is quoted too must agree, and at least one must be.</summary>
    public required IReadOnlyList<MeasuredDigest> Digests { get; init; }
}
