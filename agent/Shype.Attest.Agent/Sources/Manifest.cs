using System.Diagnostics.CodeAnalysis;
using Shype.Attest.Yaml;

namespace Shype.Attest.Agent.Sources;

/// <summary>What runs on a host, written by hand: manifest.yaml. Relative paths are from the folder that the file stands in.</summary>
/// <param name="Hypervisor">The hypervisor.</param>
/// <param name="Policy">The policy.</param>
/// <param name="Vms">The VMs, in the order of the file.</param>
public sealed record Manifest(HypervisorFacts Hypervisor, PolicyFacts Policy, IReadOnlyList<VmDefinition> Vms)
{
    /// <summary>VMs of one manifest.</summary>
    public const int MaxVms = 4096;

    /// <summary>Reads manifest.yaml, or says what is wrong where.</summary>
    public static bool TryRead(string file, [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out YamlProblem? problem) =>
        StrictYaml.TryReadFile(file, ManifestReader.Read, out manifest, out problem);
}
