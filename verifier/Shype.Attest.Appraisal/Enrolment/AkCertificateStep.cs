using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>
/// The second way in (rule K2 b): a certificate for the attestation key itself, an IAK's or a cloud's. The credential is still made and must be opened:
/// it gives the agent its token, and with a certified endorsement key it proves the same once more.
/// </summary>
internal static class AkCertificateStep
{
    public static void Check(PublicArea? ak, IReadOnlyList<byte[]> brought, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
        if (brought.Count == 0)
        {
            return;
        }

        var verdict = AkCertificateCheck.Check(brought, policy, now);
        findings.AddRange(verdict.Findings);
        if (ak is not null && verdict.Certificate is { } own && EkCertificateReader.TryRead(own, out var certificate, out _) && !CertifiedKey.Is(certificate, ak))
        {
            findings.Add(new(FindingCode.AkCertificateKeyMismatch, AkStep.Subject));
        }
    }
}
