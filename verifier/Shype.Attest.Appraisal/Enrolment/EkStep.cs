using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Is the endorsement key made as the profile says, and is it the key of a certificate that a configured vendor vouches for (rules K2 and K3)?</summary>
internal static class EkStep
{
    public static PublicArea? Read(byte[] bytes, List<Finding> findings)
    {
        var ek = EnrolmentAppraiser.ReadPublic(bytes, FindingCode.EkMalformed, Subject, findings);
        if (ek is not null && !KeyTemplates.IsEkTemplate(ek))
        {
            findings.Add(new(FindingCode.EkTemplateUnknown, Subject, Found: ek.Attributes.ToString()));
        }

        return ek;
    }

    public static EkCertificateVerdict? CheckCertificates(
        PublicArea? ek, EnrolmentRequest request, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
        var brought = request.EkCertificates;
        if (brought.Count == 0 && request.AkCertificates.Count > 0)
        {
            // The second way in: the attestation key's own certificate, which AkCertificateStep judges.
            return null;
        }

        if (brought.Count == 0 && (policy.UnsafeAcceptUncertifiedKeys || policy.PinUncertifiedKeys))
        {
            findings.Add(new(FindingCode.EkUncertified, Subject));
            return null;
        }

        var leaf = IndexOfOwn(ek, brought);
        var verdict = EkCertificateCheck.Check(leaf <= 0 ? brought : [brought[leaf], .. brought.Where((_, i) => i != leaf)], policy, now);
        findings.AddRange(verdict.Findings);
        // Where no certificate is the key's, the first one is what the host passes off as it.
        if (ek is not null && leaf < 0 && verdict.Certificate is not null)
        {
            findings.Add(new(FindingCode.EkCertificateKeyMismatch, Subject));
        }

        return verdict;
    }

    // A TPM has a certificate for each of its endorsement keys; a host may send them all.
    private static int IndexOfOwn(PublicArea? ek, IReadOnlyList<byte[]> brought)
    {
        for (var i = 0; ek is not null && i < brought.Count; i++)
        {
            if (EkCertificateReader.TryRead(brought[i], out var certificate, out _) && CertifiedKey.Is(certificate, ek))
            {
                return i;
            }
        }

        return -1;
    }

    private const string Subject = "endorsement key";
}
