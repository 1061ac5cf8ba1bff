using Shype.Attest.Measurement.Records;

namespace Shype.Attest.Agent.Sources;

/// <summary>What a source knows of the hypervisor.</summary>
public sealed record HypervisorFacts
{
    /// <summary>"xen", "kvm", "shype".</summary>
    public required string Kind { get; init; }

    /// <summary>As the hypervisor says it; empty where it says none.</summary>
    public required string Version { get; init; }

    /// <summary>GNU build id of the running hypervisor, in hex.</summary>
    public string? BuildId { get; init; }

    /// <summary>What the boot loader loaded.</summary>
    public required BootFile Image { get; init; }

    /// <summary>Its command line.</summary>
    public required string CommandLine { get; init; }

    /// <summary>What was loaded beside it.</summary>
    public required IReadOnlyList<ModuleFacts> Modules { get; init; }

    /// <summary>What else is known, and what is not.</summary>
    public IReadOnlyList<OtherFact> Others { get; init; } = [];
}

/// <summary>Something that a boot loader loaded: a file to be measured, or where there is none on this host, what the boot loader measured.</summary>
/// <param name="File">The file; null where it is not here.</param>
/// <param name="Measured">The boot loader's digest; null where there is a file.</param>
public sealed record BootFile(string? File, MeasuredDigest? Measured);

/// <summary>Something that a host says of what runs below its VMs; with neither text, file nor bytes it could not tell.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Text">In words.</param>
/// <param name="File">A file to be measured.</param>
/// <param name="Bytes">Bytes to be hashed.</param>
public sealed record OtherFact(string Name, string? Text = null, string? File = null, ReadOnlyMemory<byte>? Bytes = null);

/// <summary>A module that the boot loader handed to the hypervisor.</summary>
/// <param name="Name">"kernel", "initrd".</param>
/// <param name="File">Where its bytes are.</param>
/// <param name="CommandLine">Its command line; empty where it has none.</param>
public sealed record ModuleFacts(string Name, BootFile File, string CommandLine);

/// <summary>What a source knows of the isolation policy.</summary>
/// <param name="Module">"acm", "flask", "silo", "svirt", or "none".</param>
/// <param name="File">The policy's file; null where there is none.</param>
/// <param name="Enforcing">Whether the hypervisor itself refuses what the policy forbids.</param>
public sealed record PolicyFacts(string Module, string? File, bool Enforcing);
