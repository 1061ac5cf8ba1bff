using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal;

/// <summary>What a code means, once for all findings with it.</summary>
/// <param name="Code">The code.</param>
/// <param name="Severity">What it means for the verdict.</param>
/// <param name="Clause">The rule or the clause of a standard behind it.</param>
/// <param name="ThreatRows">The rows of the threat catalogue that it answers.</param>
/// <param name="Sticky">Whether a host with it stays untrusted until its next reset, whatever it shows afterwards.</param>
/// <param name="Effects">What it does to the trustworthiness vector.</param>
/// <param name="Sentence">One sentence; {subject}, {expected}, {found} and {detail} are filled in.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record FindingKind(
    FindingCode Code,
    FindingSeverity Severity,
    string Clause,
    string ThreatRows,
    bool Sticky,
    IReadOnlyList<ClaimEffect> Effects,
    string Sentence,
    string Advice)
{
    /// <summary>The code on the wire.</summary>
    public string Text { get; } = FindingCatalogue.ToKebabCase(Code.ToString());

    /// <summary>
    /// Whether an appraisal policy may make a warning of it: of a failure that says that the host is not as it should be. Never of one after which it is not
    /// known who speaks or whether it is true: what is not authentic (97, 99), and what stays until the next boot.
    /// </summary>
    public bool CanBeWarningOnly =>
        Severity == FindingSeverity.Failure && !Sticky && Code != FindingCode.EarlierFailureInThisBoot && !Effects.Any(effect => effect.Value is 97 or 99);
}

/// <summary>What a finding does to one claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Value">The value that it gets, unless it has a worse one.</param>
/// <param name="Only">When set, only a claim with this value is changed: something affirming is withdrawn.</param>
public readonly record struct ClaimEffect(TrustClaim Claim, sbyte Value, sbyte? Only = null);
