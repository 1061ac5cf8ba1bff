namespace Shype.Attest.Verifier.Attestation;

/// <summary>What came of asking a host: its appraised evidence, or why there is none.</summary>
/// <param name="Verdict">The appraised evidence.</param>
/// <param name="Failure">Why there is none.</param>
internal sealed record HostAnswer(HostVerdict? Verdict, AskFailure? Failure)
{
    /// <summary>An answer.</summary>
    public static HostAnswer Of(HostVerdict verdict) => new(verdict, null);

    /// <summary>No answer.</summary>
    public static HostAnswer None(AskFailure failure) => new(null, failure);
}

/// <summary>Appraised evidence that is on the disk.</summary>
/// <param name="Appraisal">The verdict; null where the verifier itself failed.</param>
/// <param name="EvidenceDigest">SHA-256 of the evidence.</param>
internal sealed record HostVerdict(Appraisal.Appraisal? Appraisal, byte[] EvidenceDigest);
