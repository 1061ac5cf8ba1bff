using System.Text.Json;
using System.Text.Json.Serialization;
using Shype.Attest.Measurement.EventLogs;
using Shype.Attest.Measurement.Ima;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Cli.Output;

/// <summary>An IMA list in JSON; the member names are an interface that people script against.</summary>
public sealed record ImaReport
{
    /// <summary>PCR 10 after all entries, for each bank, as kernels since 5.8 extend it.</summary>
    [JsonPropertyName("pcr10")]
    public required IReadOnlyDictionary<string, string> Pcr10 { get; init; }

    /// <summary>PCR 10 as kernels before 5.8 extend it: SHA-1 with zeros behind it. The same for sha1.</summary>
    [JsonPropertyName("pcr10_padded")]
    public required IReadOnlyDictionary<string, string> Pcr10Padded { get; init; }

    /// <summary>How far a quoted value reaches; null where none was given or none is reached.</summary>
    [JsonPropertyName("quoted")]
    public required ImaQuotedReport? Quoted { get; init; }

    /// <summary>The entries.</summary>
    [JsonPropertyName("entries")]
    public required IReadOnlyList<ImaEntryReport> Entries { get; init; }

    /// <summary>What was found.</summary>
    [JsonPropertyName("findings")]
    public required IReadOnlyList<ImaFindingReport> Findings { get; init; }

    /// <summary>How much was found; more than are listed where the list of them is cut.</summary>
    [JsonPropertyName("finding_count")]
    public required int FindingCount { get; init; }

    internal static ImaReport Of(ImaList list) => new()
    {
        Pcr10 = Values(list, ImaDigestStyle.Hashed),
        Pcr10Padded = Values(list, ImaDigestStyle.Padded),
        Quoted = list.Quoted is var (entries, style) ? new(entries, style == ImaDigestStyle.Padded) : null,
        Entries = [.. list.Entries.Select(entry => ImaEntryReport.Of(entry))],
        Findings = [.. list.Findings.Select(finding => new ImaFindingReport(CodeOf(finding.Code), finding.Entry, finding.Name, finding.Detail, finding.Expected, finding.Found))],
        FindingCount = list.FindingCount,
    };

    internal static ImaReport Malformed(LogProblem problem) => new()
    {
        Pcr10 = new Dictionary<string, string>(),
        Pcr10Padded = new Dictionary<string, string>(),
        Quoted = null,
        Entries = [],
        Findings = [new("malformed", null, null, problem.ToString(), null, null)],
        FindingCount = 1,
    };

    internal static string CodeOf(ImaFindingCode code) => JsonNamingPolicy.KebabCaseLower.ConvertName(code.ToString());

    private static Dictionary<string, string> Values(ImaList list, ImaDigestStyle style) =>
        list.Pcrs.Where(pcr => pcr.Style == style).ToDictionary(pcr => pcr.Bank.ToText(), pcr => Convert.ToHexStringLower(pcr.Value));
}

/// <summary>How far a quoted value reaches.</summary>
/// <param name="Entries">So many entries are covered by it.</param>
/// <param name="Padded">Whether the kernel extends SHA-1 with zeros behind it.</param>
public sealed record ImaQuotedReport([property: JsonPropertyName("entries")] int Entries, [property: JsonPropertyName("padded")] bool Padded);

/// <summary>One entry.</summary>
public sealed record ImaEntryReport
{
    /// <summary>Place in the list, from 0.</summary>
    [JsonPropertyName("index")]
    public required int Index { get; init; }

    /// <summary>The PCR, as the list says it.</summary>
    [JsonPropertyName("pcr")]
    public required int Pcr { get; init; }

    /// <summary>The template's name, as the list says it.</summary>
    [JsonPropertyName("template")]
    public required string Template { get; init; }

    /// <summary>The list's hash column: SHA-1 of the content, zeros for a violation.</summary>
    [JsonPropertyName("template_hash")]
    public required string TemplateHash { get; init; }

    /// <summary>The digest of the file, "sha256:HEX".</summary>
    [JsonPropertyName("digest")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Digest { get; init; }

    /// <summary>The name.</summary>
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>The file's signature in hex.</summary>
    [JsonPropertyName("signature")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Signature { get; init; }

    /// <summary>Whether the kernel could not say what was read.</summary>
    [JsonPropertyName("violation")]
    public required bool Violation { get; init; }

    /// <summary>The fields that the extended digest covers, by the kernel's names: all of them, or none of a violation.</summary>
    [JsonPropertyName("covered")]
    public required IReadOnlyList<string> Covered { get; init; }

    internal static ImaEntryReport Of(in ImaEntry entry) => new()
    {
        Index = entry.Index,
        Pcr = entry.Pcr.Value,
        Template = entry.Template.Name,
        TemplateHash = Convert.ToHexStringLower(entry.TemplateHash.Span),
        Digest = entry.TryGetDigest(out var digest) ? digest.ToString() : null,
        Name = entry.Name,
        Signature = entry.TryGetField(ImaField.Signature, out var signature) && !signature.IsEmpty ? Convert.ToHexStringLower(signature.Span) : null,
        Violation = entry.IsViolation,
        Covered = [.. entry.Covered.Select(ImaTemplate.Describe)],
    };
}

/// <summary>One finding.</summary>
/// <param name="Code">What was found, kebab-case.</param>
/// <param name="Entry">The entry; null when it is about the list.</param>
/// <param name="Name">The entry's name.</param>
/// <param name="Detail">What was found, in words.</param>
/// <param name="Expected">What should have been there.</param>
/// <param name="Found">What was there.</param>
public sealed record ImaFindingReport(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("entry")] int? Entry,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("expected")] string? Expected,
    [property: JsonPropertyName("found")] string? Found);
