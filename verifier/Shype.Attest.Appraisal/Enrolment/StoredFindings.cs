using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>What enrolment found, as JSON: kept with the host and in bundles, because every verdict repeats it.</summary>
public static class StoredFindings
{
    /// <summary>The findings as JSON.</summary>
    public static string Write(IEnumerable<Finding> findings) =>
        JsonSerializer.Serialize(
            [.. findings.Select(finding => new StoredFinding(finding.Kind.Text, finding.Subject, finding.Expected, finding.Found, finding.Detail))],
            StoredFindingJson.Default.StoredFindingArray);

    /// <summary>Reads findings, or says what is wrong with them.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out IReadOnlyList<Finding>? findings, [NotNullWhen(false)] out ProtocolProblem? problem)
    {
        findings = null;
        if (!ProtocolJson.TryRead(utf8, StoredFindingJson.Default.StoredFindingArray, out var stored, out problem))
        {
            return false;
        }

        var read = new List<Finding>();
        foreach (var finding in stored)
        {
            if (finding is null || !FindingCatalogue.TryFind(finding.Code, out var kind))
            {
                problem = new ProtocolProblem("enrolment findings", 0, $"'{finding?.Code}' is not known to this program");
                return false;
            }

            read.Add(new Finding(kind.Code, finding.Subject, Expected: finding.Expected, Found: finding.Found, Detail: finding.Detail));
        }

        findings = read;
        return true;
    }
}

// What is null is not written, so it may be missing.
internal sealed record StoredFinding(string Code, string Subject, string? Expected = null, string? Found = null, string? Detail = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredFinding[]))]
internal sealed partial class StoredFindingJson : JsonSerializerContext;
