using Shype.Attest.Protocol;

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
    public bool IsFailure => Severity == FindingSeverity.Failure;

    /// <summary>Whether the appraisal policy makes a warning of this failure.</summary>
    public bool IsWarningOnly { get; init; }

    /// <summary>What it means for the verdict.</summary>
    public FindingSeverity Severity => IsWarningOnly ? FindingSeverity.Warning : Kind.Severity;

    /// <summary>One sentence for a person. What a host sent stands in it as it came: who shows it must escape it.</summary>
    public string Text => Kind.Sentence
        .Replace("{subject}", Subject, StringComparison.Ordinal)
        .Replace("{expected}", Expected ?? "?", StringComparison.Ordinal)
        .Replace("{found}", Found ?? "?", StringComparison.Ordinal)
        .Replace("{detail}", Detail ?? "", StringComparison.Ordinal);

    /// <summary>It as results, answers and reports say it.</summary>
    public ResultFinding ToResult() => new()
    {
        Code = Kind.Text,
        Severity = Severity switch
        {
            FindingSeverity.Failure => "failure",
            FindingSeverity.Warning => "warning",
            _ => "information",
        },
        Subject = Subject,
        Text = Text,
        Record = Record,
        Expected = Expected,
        Found = Found,
        Advice = Kind.Advice,
    };

    /// <summary>Most important first: failures, then in the order of the catalogue, which is the order of the checks; then by record and subject.</summary>
    public static IReadOnlyList<Finding> InOrder(IEnumerable<Finding> findings) =>
        [.. findings.OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.Code).ThenBy(finding => finding.Record ?? 0).ThenBy(finding => finding.Subject, StringComparer.Ordinal)];
}
