using Org.BouncyCastle.Asn1.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>What a key's own certificate must say, apart from the path above it.</summary>
internal interface IKeyUsageRule
{
    /// <summary>The purposes of which an authority that limits its own (extended key usage) must allow one.</summary>
    IReadOnlyList<string> Purposes { get; }

    /// <summary>The finding for a certificate that is not made for such a key.</summary>
    FindingCode WrongUsage { get; }

    /// <summary>Looks at the key's certificate.</summary>
    void Check(EkCertificate leaf, EkChain chain, List<Finding> findings);
}

/// <summary>The path from a key's certificate to an anchor, each certificate on it judged for itself.</summary>
internal static class CertificatePath
{
    /// <summary>Checks the first certificate as the key's; the others may be its issuers.</summary>
    public static EkCertificateVerdict Check(IReadOnlyList<byte[]> brought, EkCertificatePolicy policy, DateTimeOffset now, IKeyUsageRule usage)
    {
        List<Finding> findings = [];
        var certificates = EkCertificateReader.ReadAll(brought, "certificate", findings);
        if (certificates is not [var leaf, .. var others] || findings.Count > 0)
        {
            return new EkCertificateVerdict(findings, null, null);
        }

        var found = EkChain.Find(leaf, others, EkAuthorities.Read(policy, findings), policy.MaxIntermediates);
        var chain = found.Certificates;
        if (found.Problem is { } problem)
        {
            findings.Add(problem);
        }

        usage.Check(leaf, found, findings);
        for (var i = 0; i < chain.Count; i++)
        {
            // RFC 5280 6.1.1 d: the anchor is trusted as it is; only what it says about the paths below counts.
            var isAnchor = found.Problem is null && i == chain.Count - 1;
            if (!isAnchor)
            {
                CheckTimes(chain, i, policy, now, findings);
                CheckAlgorithm(chain[i], policy, findings);
                CheckCriticalExtensions(chain[i], findings);
            }

            if (i > 0)
            {
                CheckAuthority(chain[i], certificatesBelow: i - 1, usage, findings);
            }
        }

        if (found.Problem is null)
        {
            EkPathConstraints.Check(chain, policy, now, findings);
        }

        return new EkCertificateVerdict(findings, leaf.Encoded.ToArray(), found.Problem is null ? chain[^1].Name : null)
        {
            Chain = [.. chain.Select((certificate, i) => ChainLink.Of(certificate, found.Problem is null && i == chain.Count - 1))],
            Tpm = TpmDescription.Of(leaf),
            IsVirtual = found.IsVirtual,
        };
    }

    private static void CheckTimes(IReadOnlyList<EkCertificate> chain, int index, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
        var certificate = chain[index];
        if (!policy.CheckValidity)
        {
            return;
        }

        if (now.UtcDateTime < certificate.Certificate.NotBefore)
        {
            findings.Add(new Finding(FindingCode.EkCertificateNotYetValid, certificate.Name, Found: $"{certificate.Certificate.NotBefore:yyyy-MM-dd}"));
        }

        if (now.UtcDateTime > certificate.Certificate.NotAfter)
        {
            // An authority that expired later than it certified is only old; one that certified afterwards is none.
            var isOld = index > 0 && chain[index - 1].Certificate.NotBefore <= certificate.Certificate.NotAfter;
            findings.Add(new Finding(
                isOld && policy.AcceptExpiredAuthorities ? FindingCode.EkCertificateAuthorityOld : FindingCode.EkCertificateExpired,
                certificate.Name, Found: $"{certificate.Certificate.NotAfter:yyyy-MM-dd}"));
        }
    }

    private static void CheckAlgorithm(EkCertificate certificate, EkCertificatePolicy policy, List<Finding> findings)
    {
        var algorithm = certificate.Certificate.SigAlgName;
        if (!policy.UnsafeAllowSha1 && (algorithm.Contains("SHA1", StringComparison.OrdinalIgnoreCase)
            || algorithm.Contains("SHA-1", StringComparison.OrdinalIgnoreCase) || algorithm.Contains("MD", StringComparison.OrdinalIgnoreCase)))
        {
            findings.Add(new Finding(FindingCode.EkCertificateAlgorithmWeak, certificate.Name, Found: algorithm));
        }
    }

    // RFC 5280 4.2: whoever does not understand a critical extension must refuse the certificate.
    private static void CheckCriticalExtensions(EkCertificate certificate, List<Finding> findings)
    {
        foreach (var oid in certificate.Certificate.GetCriticalExtensionOids() ?? new HashSet<string>())
        {
            if (!Understood.Contains(oid))
            {
                findings.Add(new Finding(FindingCode.EkCertificateCriticalExtension, certificate.Name, Found: oid));
            }
        }
    }

    private static void CheckAuthority(EkCertificate authority, int certificatesBelow, IKeyUsageRule usage, List<Finding> findings)
    {
        // BouncyCastle: -1 = no authority, otherwise the path length, int.MaxValue where it is not limited.
        var pathLength = authority.Certificate.GetBasicConstraints();
        if (pathLength < 0 || authority.Certificate.GetKeyUsage() is { } bits && !bits[KeyCertSign])
        {
            findings.Add(new Finding(FindingCode.EkCertificateIssuerNotCa, authority.Name));
        }
        else if (certificatesBelow > pathLength)
        {
            findings.Add(new Finding(FindingCode.EkCertificatePathTooLong, authority.Name, Expected: $"{pathLength}", Found: $"{certificatesBelow}"));
        }

        // An authority that names purposes certifies for these alone, as Infineon's and Intel's do.
        var purposes = authority.Purposes;
        if (purposes is not null && !purposes.Contains(AnyPurpose) && !usage.Purposes.Any(purposes.Contains))
        {
            findings.Add(new Finding(usage.WrongUsage, authority.Name, Expected: string.Join(' ', usage.Purposes), Found: string.Join(' ', purposes),
                Detail: $"its authority {authority.Name} certifies only for {string.Join(", ", purposes)}"));
        }
    }

    private const int KeyCertSign = 5;
    private const string AnyPurpose = "2.5.29.37.0";

    // The subject is empty and the TPM's names stand in the SAN, so it is critical (rule E1); name constraints are checked on it. Vendors mark the
    // extended key usage critical in keys' certificates (ST) and in authorities' (Intel): both are looked at (rule E2).
    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        X509Extensions.KeyUsage.Id, X509Extensions.BasicConstraints.Id, X509Extensions.NameConstraints.Id, X509Extensions.SubjectAlternativeName.Id,
        X509Extensions.CertificatePolicies.Id, X509Extensions.PolicyConstraints.Id, X509Extensions.InhibitAnyPolicy.Id, X509Extensions.PolicyMappings.Id,
        X509Extensions.ExtendedKeyUsage.Id,
    };
}
