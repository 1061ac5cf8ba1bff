using Shype.Attest.Appraisal;
using Shype.Attest.Appraisal.Enrolment;
using Shype.Attest.Appraisal.Trust;
using Shype.Attest.Protocol;

namespace Shype.Attest.Cli.Output;

/// <summary>What <c>shype ek check --json</c> prints. People script against it: members are added, never changed.</summary>
/// <param name="Trusted">Whether a verifier with these authorities would believe the certificate.</param>
/// <param name="Findings">All that was found, most important first.</param>
/// <param name="Tpm">What the certificate says about its TPM; null where it says nothing.</param>
/// <param name="Virtual">Whether the anchor stands for virtual TPMs.</param>
/// <param name="Chain">The certificates from the key's to the anchor, or as far as they go.</param>
/// <param name="Anchor">The id of the authority that is trusted; null where the path ends in none.</param>
public sealed record EkCheckReport(
    bool Trusted, IReadOnlyList<ResultFinding> Findings, TpmClaims? Tpm, bool Virtual, IReadOnlyList<ChainReport> Chain, string? Anchor)
{
    internal static EkCheckReport Of(EkCertificateVerdict verdict, IReadOnlyList<TrustedAuthority> known) => new(
        verdict.IsTrusted,
        [.. Finding.InOrder(verdict.Findings).Select(finding => finding.ToResult())],
        verdict.Tpm?.ToClaims(),
        verdict.IsVirtual,
        [.. verdict.Chain.Select(link => new ChainReport(link.Subject, link.NotBefore, link.NotAfter, link.Algorithm, link.Fingerprint, link.IsAnchor))],
        verdict.Chain.FirstOrDefault(link => link.IsAnchor) is { } anchor ? known.FirstOrDefault(authority => authority.Fingerprint == anchor.Fingerprint)?.Id : null);
}

/// <summary>A certificate of the path.</summary>
/// <param name="Subject">Whose it is.</param>
/// <param name="NotBefore">Valid from.</param>
/// <param name="NotAfter">Valid to.</param>
/// <param name="Algorithm">What it is signed with.</param>
/// <param name="Sha256">Its fingerprint.</param>
/// <param name="Anchor">Whether it is trusted by itself.</param>
public sealed record ChainReport(string Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Algorithm, string Sha256, bool Anchor);
