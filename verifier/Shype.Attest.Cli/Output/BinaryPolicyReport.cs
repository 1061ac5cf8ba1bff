using System.Text.Json.Serialization;
using Shype.Attest.Isolation.Acm.Binary;

namespace Shype.Attest.Cli.Output;

/// <summary>A binary policy in JSON: rows and types are numbers, since it has no names.</summary>
public sealed record BinaryPolicyReport
{
    /// <summary>Its name; empty in version 1.</summary>
    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    /// <summary>The version of the XML; null before version 3.</summary>
    [JsonPropertyName("version")]
    public string? Version { get; init; }

    /// <summary>ACM_POLICY_VERSION, 1 to 4.</summary>
    [JsonPropertyName("binary_version")]
    public required int BinaryVersion { get; init; }

    /// <summary>Whether it came from a hypervisor's memory.</summary>
    [JsonPropertyName("live_dump")]
    public required bool IsLiveDump { get; init; }

    /// <summary>SHA-256 over the canonical tables, hex; the same as the XML's.</summary>
    [JsonPropertyName("tables_digest")]
    public required string TablesDigest { get; init; }

    /// <summary>The SHA-1 of the XML that it holds, hex; null before version 4.</summary>
    [JsonPropertyName("xml_policy_hash")]
    public string? XmlPolicyHash { get; init; }

    /// <summary>The rule asked first.</summary>
    [JsonPropertyName("primary")]
    public required PolicyComponent Primary { get; init; }

    /// <summary>The rule asked second.</summary>
    [JsonPropertyName("secondary")]
    public required PolicyComponent Secondary { get; init; }

    /// <summary>Chinese Wall types of each row.</summary>
    [JsonPropertyName("chwall_rows")]
    public required IReadOnlyList<IReadOnlyList<int>> ChWallRows { get; init; }

    /// <summary>Chinese Wall types of each conflict set.</summary>
    [JsonPropertyName("conflict_sets")]
    public required IReadOnlyList<IReadOnlyList<int>> ConflictSets { get; init; }

    /// <summary>Type Enforcement types of each row.</summary>
    [JsonPropertyName("ste_rows")]
    public required IReadOnlyList<IReadOnlyList<int>> SteRows { get; init; }

    internal static BinaryPolicyReport Of(AcmBinaryPolicy policy) => new()
    {
        Policy = policy.Name,
        Version = policy.XmlVersion?.ToString(),
        BinaryVersion = policy.FormatVersion,
        IsLiveDump = policy.IsLiveDump,
        TablesDigest = Convert.ToHexStringLower(policy.TablesDigest()),
        XmlPolicyHash = policy.XmlHash.IsEmpty ? null : Convert.ToHexStringLower(policy.XmlHash.AsSpan()),
        Primary = policy.Primary,
        Secondary = policy.Secondary,
        ChWallRows = Rows(policy.ChWallRows),
        ConflictSets = Rows(policy.ConflictSets),
        SteRows = Rows(policy.SteRows),
    };

    private static IReadOnlyList<IReadOnlyList<int>> Rows(TypeTable? table) => [.. Enumerable.Range(0, table?.Rows ?? 0).Select(row => (IReadOnlyList<int>)table!.TypesOf(row))];
}
