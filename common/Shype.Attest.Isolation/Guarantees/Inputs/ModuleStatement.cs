using System.Collections.Immutable;

namespace Shype.Attest.Isolation.Guarantees.Inputs;

/// <summary>What the records say of the module that keeps labels apart (G3).</summary>
/// <param name="Record">The record of the policy in force.</param>
/// <param name="Module">"acm", "flask", "silo", "svirt", "none".</param>
/// <param name="Enforcing">Whether the hypervisor refuses what the policy forbids.</param>
public sealed record ModuleStatement(ulong Record, string Module, bool Enforcing)
{
    /// <summary>"xen", "kvm", "shype"; null where no record names the hypervisor.</summary>
    public string? HypervisorKind { get; init; }

    /// <summary>Why what the records say of the hypervisor is not believed; null where it is.</summary>
    public string? Doubt { get; init; }

    /// <summary>Its version.</summary>
    public string? HypervisorVersion { get; init; }

    /// <summary>Its command line.</summary>
    public string? CommandLine { get; init; }

    /// <summary>Xen's default module from its build configuration, "none" where it was built without any; null where nothing shows the build configuration.</summary>
    public string? BuiltIn { get; init; }

    /// <summary>The modules that will do.</summary>
    public ImmutableHashSet<string> Expected { get; init; } = ["acm", "flask", "svirt"];
}
