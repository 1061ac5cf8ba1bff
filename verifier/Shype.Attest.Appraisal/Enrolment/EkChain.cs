using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Security;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>The certificates from a key's up to an anchor, over signatures that verify.</summary>
/// <param name="Certificates">The key's first, the anchor last; as far as it went where there is a problem.</param>
/// <param name="Problem">Why it ends in no anchor.</param>
/// <param name="IsVirtual">Whether the anchor stands for a cloud's TPMs.</param>
internal sealed record EkChain(IReadOnlyList<EkCertificate> Certificates, Finding? Problem, bool IsVirtual = false)
{
    public static EkChain Find(EkCertificate leaf, IReadOnlyList<EkCertificate> brought, EkAuthorities known, int maxIntermediates)
    {
        List<EkCertificate> chain = [leaf];
        while (true)
        {
            var top = chain[^1];
            if (IssuerAmong(known.Anchors, top, out var anchorNamed) is { } anchor)
            {
                return new([.. chain, anchor], null);
            }

            if (IssuerAmong(known.VirtualAnchors, top, out var virtualNamed) is { } cloud)
            {
                return new([.. chain, cloud], null, IsVirtual: true);
            }

            if (IssuerAmong(known.SwitchedOff, top, out _) is { } off)
            {
                return new(chain, new Finding(FindingCode.EkCertificateAnchorOff, top.Name, Found: off.Name));
            }

            // Each certificate at most once: a cycle of cross-signatures ends here.
            var next = IssuerAmong([.. brought.Concat(known.Helpers).Except(chain)], top, out var broughtNamed);
            if (next is null || top.IsSelfIssued)
            {
                // An anchor of that name exists, but did not sign: forged or damaged, which is more than "not known".
                var isForged = (anchorNamed || virtualNamed || broughtNamed) && !top.IsSelfIssued;
                return new(chain, isForged
                    ? new Finding(FindingCode.EkCertificateSignatureInvalid, top.Name, Found: top.Certificate.IssuerDN.ToString())
                    : new Finding(FindingCode.EkCertificateUntrusted, top.Name, Found: top.Certificate.IssuerDN.ToString(), Detail: WhereToLook(top)));
            }

            if (chain.Count > maxIntermediates)
            {
                return new(chain, new Finding(FindingCode.EkCertificatePathTooLong, "this verifier", Expected: $"{maxIntermediates}", Found: $"{chain.Count}"));
            }

            chain.Add(next);
        }
    }

    /// <summary>Whether a certificate's own key signed it, so that it can only be believed by itself.</summary>
    public static bool IsSelfSigned(EkCertificate certificate) => certificate.IsSelfIssued && Signed(certificate, certificate);

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

    // Threat row K12: the address is whatever the certificate's maker wrote. A person may judge it; a verifier that fetched it could be sent anywhere.
    private static string WhereToLook(EkCertificate top)
    {
        if (top.IsSelfIssued)
        {
            return "; it vouches for itself";
        }

        try
        {
            return AuthorityInformationAccess.GetInstance(top.Certificate.GetExtensionParsedValue(X509Extensions.AuthorityInfoAccess))
                ?.GetAccessDescriptions().FirstOrDefault(access => access.AccessMethod.Equals(AccessDescription.IdADCAIssuers))?.AccessLocation is
                    { TagNo: GeneralName.UniformResourceIdentifier, Name: var address } && address.ToString() is { Length: <= MaxAddress } text
                ? $"; the certificate says that its issuer's is at {text}, which this program never fetches"
                : "";
        }
        catch (Exception refused) when (EkCertificateReader.IsAboutContent(refused))
        {
            return "";
        }
    }

    private const int MaxAddress = 200;
}
