using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Pkix;
using Org.BouncyCastle.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>The parts of RFC 5280 6.1 that need the whole path: name constraints, and BouncyCastle's own validation as the last word.</summary>
internal static class EkPathConstraints
{
    public static void Check(IReadOnlyList<EkCertificate> chain, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
        CheckNames(chain, findings);
        // The library stops at its first objection; it is asked only where ours has none, so that each reason keeps its own code.
        if (!findings.Any(finding => finding.IsFailure))
        {
            CheckPath(chain, policy, now, findings);
        }
    }

    // RFC 5280 6.1.4 (g), 6.1.3 (b)(c): from the anchor down, what an authority permits and excludes binds everything below it.
    private static void CheckNames(IReadOnlyList<EkCertificate> chain, List<Finding> findings)
    {
        var constraints = new PkixNameConstraintValidator();
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            var certificate = chain[i].Certificate;
            try
            {
                if (i < chain.Count - 1 && (i == 0 || !chain[i].IsSelfIssued))
                {
                    var subject = GeneralName.GetInstance(new GeneralName(certificate.SubjectDN));
                    foreach (var name in (GeneralName[])[subject, .. certificate.GetSubjectAlternativeNameExtension()?.GetNames() ?? []])
                    {
                        constraints.CheckPermittedName(name);
                        constraints.CheckExcludedName(name);
                    }
                }

                if (certificate.GetExtensionParsedValue(X509Extensions.NameConstraints) is { } value)
                {
                    var limits = NameConstraints.GetInstance(value);
                    if (limits.PermittedSubtreesValue is { } permitted)
                    {
                        constraints.IntersectPermittedSubtree(Asn1Sequence.GetInstance(permitted.ToAsn1Object()));
                    }

                    if (limits.ExcludedSubtreesValue is { } excluded)
                    {
                        foreach (var subtree in Asn1Sequence.GetInstance(excluded.ToAsn1Object()))
                        {
                            constraints.AddExcludedSubtree(GeneralSubtree.GetInstance(subtree));
                        }
                    }
                }
            }
            catch (PkixNameConstraintValidatorException refused)
            {
                findings.Add(new Finding(FindingCode.EkCertificateNameConstraints, chain[i].Name, Detail: refused.Message));
            }
        }
    }

    private static void CheckPath(IReadOnlyList<EkCertificate> chain, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
        var anchor = new TrustAnchor(chain[^1].Certificate, null);
        var parameters = new PkixParameters(new HashSet<TrustAnchor> { anchor })
        {
            IsRevocationEnabled = false,
            // Where validity does not matter the path is judged at a moment when all of it was valid, or young at least.
            Date = policy is { CheckValidity: true, AcceptExpiredAuthorities: false } ? now.UtcDateTime : chain.Max(certificate => certificate.Certificate.NotBefore),
        };
        parameters.AddCertPathChecker(new LeafExtensions());
        try
        {
            new PkixCertPathValidator().Validate(new PkixCertPath([.. chain.SkipLast(1).Select(certificate => certificate.Certificate)]), parameters);
        }
        catch (PkixCertPathValidatorException refused)
        {
            findings.Add(new Finding(FindingCode.EkCertificatePathInvalid, chain[0].Name, Detail: refused.Message));
        }
    }

    // Says that extended key usage is understood: CertificatePath looked at it.
    private sealed class LeafExtensions : PkixCertPathChecker
    {
        public override void Init(bool forward)
        {
        }

        public override bool IsForwardCheckingSupported() => true;

        public override ISet<string> GetSupportedExtensions() => new HashSet<string>(StringComparer.Ordinal) { X509Extensions.ExtendedKeyUsage.Id };

        public override void Check(X509Certificate cert, ISet<string> unresolvedCritExts) => unresolvedCritExts.Remove(X509Extensions.ExtendedKeyUsage.Id);

        public override object Clone() => this;
    }
}
