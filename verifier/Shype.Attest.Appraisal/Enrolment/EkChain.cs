using Org.BouncyCastle.Security;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Finds the certificates from an endorsement key's up to a configured anchor, over signatures that verify.</summary>
internal static class EkChain
{
    /// <summary>Leaf first, anchor last; or why there is none.</summary>
    public static (IReadOnlyList<EkCertificate> Chain, Finding? Problem) Find(
        EkCertificate leaf, IReadOnlyList<EkCertificate> brought, IReadOnlyList<EkCertificate> anchors, int maxIntermediates)
    {
        List<EkCertificate> chain = [leaf];
        while (true)
        {
            var top = chain[^1];
            if (IssuerAmong(anchors, top, out var anchorNamed) is { } anchor)
            {
                chain.Add(anchor);
                return (chain, null);
            }

            // Each certificate at most once: a cycle of cross-signatures ends here.
            var next = IssuerAmong([.. brought.Except(chain)], top, out var broughtNamed);
            if (next is null || top.IsSelfIssued)
            {
                var issuer = top.Certificate.IssuerDN.ToString();
                // An anchor of that name exists, but did not sign: forged or damaged, which is more than "not known".
                return (chain, (anchorNamed || broughtNamed) && !top.IsSelfIssued
                    ? new Finding(FindingCode.EkCertificateSignatureInvalid, top.Name, Found: issuer)
                    : new Finding(FindingCode.EkCertificateUntrusted, top.Name, Found: issuer));
            }

            if (chain.Count > maxIntermediates)
            {
                return (chain, new Finding(FindingCode.EkCertificatePathTooLong, "this verifier", Expected: $"{maxIntermediates}", Found: $"{chain.Count}"));
            }

            chain.Add(next);
        }
    }

    private static EkCertificate? IssuerAmong(IReadOnlyList<EkCertificate> candidates, EkCertificate of, out bool named)
    {
        named = false;
        foreach (var candidate in candidates)
        {
            if (candidate.Certificate.SubjectDN.Equivalent(of.Certificate.IssuerDN))
            {
                named = true;
                if (Signed(of, candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    private static bool Signed(EkCertificate certificate, EkCertificate issuer)
    {
        try
        {
            var algorithm = certificate.Certificate.SigAlgOid;
            // RFC 5280 4.1.1.2: the algorithm is named twice and must be the same.
            if (!certificate.Certificate.TbsCertificate.Signature.Equals(certificate.Certificate.SignatureAlgorithm))
            {
                return false;
            }

            var signer = SignerUtilities.InitSigner(algorithm, forSigning: false, issuer.Certificate.GetPublicKey(), random: null);
            signer.BlockUpdate(certificate.Signed.Span);
            return signer.VerifySignature(certificate.Certificate.GetSignature());
        }
        catch (Exception refused) when (EkCertificateReader.IsAboutContent(refused))
        {
            return false;
        }
    }
}
