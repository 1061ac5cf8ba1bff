using System.Text.Json.Serialization;
using Shype.Attest.Isolation.Acm;

namespace Shype.Attest.Cli.Output;

/// <summary>A policy in JSON; the member names are an interface that people script against.</summary>
public sealed record PolicyReport
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    /// <summary>Its version.</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    /// <summary>SHA-256 of its meaning, hex (docs/policy-digest.md).</summary>
    [JsonPropertyName("canonical_digest")]
    public required string CanonicalDigest { get; init; }

    /// <summary>The label of the host's own domain.</summary>
    [JsonPropertyName("bootstrap")]
    public required string Bootstrap { get; init; }

    /// <summary>Type Enforcement types, in byte order.</summary>
    [JsonPropertyName("ste_types")]
    public required IReadOnlyList<string> SteTypes { get; init; }

    /// <summary>Chinese Wall types, in byte order.</summary>
    [JsonPropertyName("chwall_types")]
    public required IReadOnlyList<string> ChWallTypes { get; init; }

    /// <summary>What may not run together.</summary>
    [JsonPropertyName("conflict_sets")]
    public required IReadOnlyList<ConflictSetReport> ConflictSets { get; init; }

    /// <summary>Labels of VMs.</summary>
    [JsonPropertyName("vm_labels")]
    public required IReadOnlyList<VmLabelReport> VmLabels { get; init; }

    /// <summary>Labels of resources.</summary>
    [JsonPropertyName("resource_labels")]
    public required IReadOnlyList<ResourceLabelReport> ResourceLabels { get; init; }

    /// <summary>The report of a policy.</summary>
    public static PolicyReport Of(AcmPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new PolicyReport
        {
            Policy = policy.Name,
            Version = policy.Version.ToString(),
            CanonicalDigest = Convert.ToHexStringLower(policy.CanonicalDigest.AsSpan()),
            Bootstrap = policy.Bootstrap,
            SteTypes = policy.SteTypes,
            ChWallTypes = policy.ChWallTypes,
            ConflictSets = [.. policy.ConflictSets.Select(set => new ConflictSetReport(set.Name, set.Types))],
            VmLabels = [.. policy.VmLabels.Select(label => new VmLabelReport(label.Name, label.SteTypes, label.ChWallTypes))],
            ResourceLabels = [.. policy.ResourceLabels.Select(label => new ResourceLabelReport(label.Name, label.SteType))],
        };
    }
}

/// <summary>A conflict set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Types">Of these, one may be running at a time.</param>
public sealed record ConflictSetReport([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("types")] IReadOnlyList<string> Types);

/// <summary>A VM label.</summary>
/// <param name="Name">The label.</param>
/// <param name="SteTypes">Its Type Enforcement types.</param>
/// <param name="ChWallTypes">Its Chinese Wall types.</param>
public sealed record VmLabelReport(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("ste_types")] IReadOnlyList<string> SteTypes,
    [property: JsonPropertyName("chwall_types")] IReadOnlyList<string> ChWallTypes);

/// <summary>A resource label.</summary>
/// <param name="Name">The label.</param>
/// <param name="SteType">Its type.</param>
public sealed record ResourceLabelReport([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("ste_type")] string SteType);

/// <summary>Why a policy file is refused.</summary>
/// <param name="Problems">Every problem, in the order of the file.</param>
public sealed record PolicyProblemsReport(IReadOnlyList<PolicyProblemReport> Problems);

/// <summary>One problem.</summary>
/// <param name="Line">Line, from 1; 0 for the whole file.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Code">Which rule.</param>
/// <param name="Text">What is wrong and what to do.</param>
public sealed record PolicyProblemReport(int Line, int Column, PolicyProblemCode Code, string Text)
{
    internal static PolicyProblemReport Of(PolicyProblem problem) => new(problem.Line, problem.Column, problem.Code, problem.Message);
}
