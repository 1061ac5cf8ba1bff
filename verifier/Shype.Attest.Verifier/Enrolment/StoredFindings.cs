using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Appraisal;

namespace Shype.Attest.Verifier.Enrolment;

/// <summary>What enrolment found, kept with the host, because every verdict repeats it.</summary>
internal static class StoredFindings
{
    /// <summary>The findings as JSON.</summary>
    public static string Write(IEnumerable<Finding> findings) =>
        JsonSerializer.Serialize(
            [.. findings.Select(finding => new StoredFinding(finding.Kind.Text, finding.Subject, finding.Expected, finding.Found, finding.Detail))],
            StoredFindingJson.Default.StoredFindingArray);

    /// <summary>The findings of a host; a row that cannot be read is our own failure, and nothing is said about the host.</summary>
    public static IReadOnlyList<Finding> Read(string json) =>
        [.. JsonSerializer.Deserialize(json, StoredFindingJson.Default.StoredFindingArray)!.Select(ToFinding)];

    private static Finding ToFinding(StoredFinding stored) => FindingCatalogue.TryFind(stored.Code, out var kind)
        ? new Finding(kind.Code, stored.Subject, Expected: stored.Expected, Found: stored.Found, Detail: stored.Detail)
        : throw new JsonException($"enrolment finding '{stored.Code}' is not known to this program");
}

// What is null is not written, so it may be missing.
internal sealed record StoredFinding(string Code, string Subject, string? Expected = null, string? Found = null, string? Detail = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredFinding[]))]
internal sealed partial class StoredFindingJson : JsonSerializerContext;
