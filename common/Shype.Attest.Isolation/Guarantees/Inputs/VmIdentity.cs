using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees.Inputs;

/// <summary>One start of a VM, with all that was measured of it (G15, G19, G20, G24, G25). Digests are texts, as records show them.</summary>
/// <param name="Record">The record's number.</param>
/// <param name="Vm">Which VM, under which label of its configuration.</param>
/// <param name="Config">Digest of its configuration.</param>
public sealed record VmIdentity(ulong Record, RunningVm Vm, string Config)
{
    /// <summary>What it started from and what was attached since: "kernel", "initrd", "firmware", "disk xvda".</summary>
    public ImmutableArray<MeasuredImage> Images { get; init; } = [];

    /// <summary>Whether something could change between measuring and use.</summary>
    public bool Mutable { get; init; }

    /// <summary>The host that it came from, where it was migrated; null where it was started here.</summary>
    public string? FromHost { get; init; }

    /// <summary>The number that Xen gave the domain; null where no record tells it.</summary>
    public uint? Domain { get; init; }

    /// <summary>The label that the hypervisor says it has; null where nobody asked the hypervisor.</summary>
    public string? LabelReadBack { get; init; }

    /// <summary>TPM name, in hex, of the endorsement key of its virtual TPM.</summary>
    public string? VtpmKey { get; init; }

    internal string Sentence => $"{Quote.Visible(Vm.Name)} (record {Record})";
}

/// <summary>One image.</summary>
/// <param name="Part">"kernel", "initrd", "firmware", or "disk" and its name.</param>
/// <param name="Digest">Its digest; null where it was not measured, and in a reference where any will do.</param>
public sealed record MeasuredImage(string Part, string? Digest);

/// <summary>A VM that an operator called good.</summary>
/// <param name="Vm">Its name.</param>
/// <param name="Uuid">Its uuid; null for any VM of the name.</param>
/// <param name="Label">The label that it must have; null for none.</param>
/// <param name="Images">What it may start from, and nothing else.</param>
public sealed record ImageReference(string Vm, Guid? Uuid, string? Label, ImmutableArray<MeasuredImage> Images)
{
    /// <summary>Digest of its configuration; null where the operator named none.</summary>
    public string? Config { get; init; }

    /// <summary>Whether an image may be one that can still change.</summary>
    public bool MayBeMutable { get; init; }
}
