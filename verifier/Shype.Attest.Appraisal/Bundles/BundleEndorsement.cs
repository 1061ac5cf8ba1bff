using Shype.Attest.Appraisal.Enrolment;

namespace Shype.Attest.Appraisal.Bundles;

/// <summary>Who vouched for the host's TPM, judged again. That the attestation key lives in that TPM cannot be: it was proven to the verifier, at enrolment.</summary>
public static class BundleEndorsement
{
    /// <summary>Checks the bundle's certificates as of its time; null where it carries none.</summary>
    public static EkCertificateVerdict? Check(OpenBundle bundle, EkCertificatePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        byte[][] brought = [.. bundle.Parts.EkCertificates.Select(certificate => certificate.ToArray())];
        EkCertificateVerdict? first = null;
        for (var i = 0; i < brought.Length; i++)
        {
            // The host may have sent a certificate for each of its keys, and issuers among them.
            var verdict = EkCertificateCheck.Check([brought[i], .. brought.Where((_, other) => other != i)], policy, bundle.Parts.Context.At);
            if (verdict.IsTrusted)
            {
                return verdict;
            }

            first ??= verdict;
        }

        return first;
    }
}
