namespace Shype.Attest.Appraisal;

/// <summary>One thing that an appraisal found.</summary>
/// <param name="Code">What kind of thing.</param>
/// <param name="Subject">What it is about: "quote", "pcr/13", "vm/web".</param>
/// <param name="Record">The number of the log record that shows it.</param>
/// <param name="Expected">What should have been there.</param>
/// <param name="Found">What was there.</param>
/// <param name="Detail">More about it, for the sentence.</param>
public sealed record Finding(
    FindingCode Code, string Subject, ulong? Record = null, string? Expected = null, string? Found = null, string? Detail = null)
{
    /// <summary>The meaning of its code.</summary>
    public FindingKind Kind => FindingCatalogue.KindOf(Code);

    /// <summary>Whether it speaks against trust.</summary>
    public bool IsFailure => Kind.Severity == FindingSeverity.Failure;

    /// <summary>One sentence for a person. What a host sent stands in it as it came: who shows it must escape it.</summary>
    public string Text => Kind.Sentence
        .Replace("{subject}", Subject, StringComparison.Ordinal)
        .Replace("{expected}", Expected ?? "?", StringComparison.Ordinal)
        .Replace("{found}", Found ?? "?", StringComparison.Ordinal)
        .Replace("{detail}", Detail ?? "", StringComparison.Ordinal);

    /// <summary>Most important first: by rank, then by record, then by subject.</summary>
    public static IReadOnlyList<Finding> InOrder(IEnumerable<Finding> findings) =>
        [.. findings.OrderBy(finding => finding.Kind.Rank).ThenBy(finding => finding.Record ?? 0).ThenBy(finding => finding.Subject, StringComparer.Ordinal)];
}
