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

    /// <summary>The file that the boot loader loaded.</summary>
    public required string ImageFile { get; init; }

    /// <summary>Its command line.</summary>
    public required string CommandLine { get; init; }

    /// <summary>What was loaded beside it.</summary>
    public required IReadOnlyList<ModuleFacts> Modules { get; init; }
}

/// <summary>A module that the boot loader handed to the hypervisor.</summary>
/// <param name="Name">"kernel", "initrd".</param>
/// <param name="File">Its file.</param>
/// <param name="CommandLine">Its command line; empty where it has none.</param>
public sealed record ModuleFacts(string Name, string File, string CommandLine);

/// <summary>What a source knows of the isolation policy.</summary>
/// <param name="Module">"acm", or "none".</param>
/// <param name="File">The policy's file; null where there is none.</param>
/// <param name="Enforcing">Whether the hypervisor itself refuses what the policy forbids.</param>
public sealed record PolicyFacts(string Module, string? File, bool Enforcing);
