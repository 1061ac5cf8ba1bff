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

    /// <summary>Where it stands in a list: failures first, then in the order of the catalogue, which is the order of the checks.</summary>
    public int Rank { get; } = ((int)FindingSeverity.Failure - (int)Severity) * 1000 + (int)Code;
}

/// <summary>What a finding does to one claim.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Value">The value that it gets, unless it has a worse one.</param>
/// <param name="Only">When set, only a claim with this value is changed: something affirming is withdrawn.</param>
public readonly record struct ClaimEffect(TrustClaim Claim, sbyte Value, sbyte? Only = null);
