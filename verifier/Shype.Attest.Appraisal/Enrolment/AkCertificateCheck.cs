namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Is this the certificate of an attestation key, and does a configured root stand behind it?</summary>
public static class AkCertificateCheck
{
    /// <summary>Checks the first certificate as the attestation key's; the others may be its issuers.</summary>
    public static EkCertificateVerdict Check(IReadOnlyList<byte[]> brought, EkCertificatePolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(brought);
        ArgumentNullException.ThrowIfNull(policy);
        var verdict = CertificatePath.Check(brought, policy, now, AkUsage.Instance);
        return verdict is { IsTrusted: true, Issuer: { } anchor }
            ? verdict with { Findings = [.. verdict.Findings, Certified(verdict, anchor)] }
            : verdict;
    }

    private static Finding Certified(EkCertificateVerdict verdict, string anchor) => new(
        verdict.IsVirtual ? FindingCode.AkCertifiedByCloud : FindingCode.AkCertified,
        AkStep.Subject,
        Found: anchor,
        Detail: verdict.Tpm?.Instance is { } instance ? instance.ToString() : verdict.Chain[0].Subject);
}
