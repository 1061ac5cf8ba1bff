using Org.BouncyCastle.Asn1.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>What the certificates of an endorsement key say.</summary>
/// <param name="Findings">Everything that is wrong with them.</param>
/// <param name="Certificate">The endorsement key's certificate, DER without header and padding, when it could be read.</param>
/// <param name="Issuer">The anchor's name, when a chain was found.</param>
public sealed record EkCertificateVerdict(IReadOnlyList<Finding> Findings, byte[]? Certificate, string? Issuer);

/// <summary>
/// Path validation (RFC 5280 6) of an endorsement key's certificate with BouncyCastle, so that certificates which the platform's library
/// refuses for their encoding are judged by what they say. Nothing is fetched: AIA and CRL addresses in a certificate are an attacker's words.
/// </summary>
public static class EkCertificateCheck
{
    /// <summary>Checks the first certificate as the endorsement key's; the others may be its issuers.</summary>
    public static EkCertificateVerdict Check(IReadOnlyList<byte[]> brought, EkCertificatePolicy policy, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(brought);
        ArgumentNullException.ThrowIfNull(policy);
        List<Finding> findings = [];
        var certificates = Read(brought, "certificate", findings);
        if (brought.Count == 0 || certificates is not [var leaf, .. var others] || findings.Count > 0)
        {
            return new EkCertificateVerdict(
                brought.Count == 0 ? [new Finding(FindingCode.EkCertificateMissing, "endorsement key")] : findings, null, null);
        }

        var (chain, problem) = EkChain.Find(leaf, others, Read(policy.Anchors, "anchor", findings), policy.MaxIntermediates);
        if (problem is not null)
        {
            findings.Add(problem);
        }

        CheckUsage(leaf, findings);
        for (var i = 0; i < chain.Count; i++)
        {
            // RFC 5280 6.1.1 d: the anchor is trusted as it is; only what it says about the paths below counts.
            var isAnchor = problem is null && i == chain.Count - 1;
            if (!isAnchor)
            {
                CheckTimes(chain[i], policy, now, findings);
                CheckAlgorithm(chain[i], policy, findings);
                CheckCriticalExtensions(chain[i], isLeaf: i == 0, findings);
            }

            if (i > 0)
            {
                CheckAuthority(chain[i], certificatesBelow: i - 1, findings);
            }
        }

        if (problem is null)
        {
            EkPathConstraints.Check(chain, policy, now, findings);
        }

        return new EkCertificateVerdict(findings, leaf.Encoded.ToArray(), problem is null ? chain[^1].Name : null);
    }

    private static List<EkCertificate> Read(IReadOnlyList<byte[]> stored, string what, List<Finding> findings)
    {
        List<EkCertificate> certificates = [];
        for (var i = 0; i < stored.Count; i++)
        {
            if (EkCertificateReader.TryRead(stored[i], out var certificate, out var problem))
            {
                certificates.Add(certificate);
            }
            else
            {
                findings.Add(new Finding(FindingCode.EkCertificateMalformed, $"{what} {i}", Detail: problem));
            }
        }

        return certificates;
    }

    // TCG EK Credential Profile 3.2.16; vendors leave keyUsage out (rule E2), but not what the certificate is for.
    private static void CheckUsage(EkCertificate leaf, List<Finding> findings)
    {
        var usages = leaf.Certificate.GetExtendedKeyUsage()?.Select(oid => oid.Id).ToList();
        if (usages is null || !usages.Contains(EkCertificateUsage, StringComparer.Ordinal))
        {
            findings.Add(new Finding(FindingCode.EkCertificateUsageWrong, leaf.Name, Expected: EkCertificateUsage, Found: string.Join(' ', usages ?? []),
                Detail: usages is null ? "it has no extended key usage" : "its extended key usage is " + string.Join(", ", usages)));
        }

        if (leaf.Certificate.GetBasicConstraints() >= 0)
        {
            findings.Add(new Finding(FindingCode.EkCertificateIsCa, leaf.Name));
        }
    }

    private static void CheckTimes(EkCertificate certificate, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
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
            findings.Add(new Finding(FindingCode.EkCertificateExpired, certificate.Name, Found: $"{certificate.Certificate.NotAfter:yyyy-MM-dd}"));
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

    // RFC 5280 4.2: whoever does not understand a critical extension must refuse the certificate. Some vendors mark the EKU critical (rule E2).
    private static void CheckCriticalExtensions(EkCertificate certificate, bool isLeaf, List<Finding> findings)
    {
        foreach (var oid in certificate.Certificate.GetCriticalExtensionOids() ?? new HashSet<string>())
        {
            if (!Understood.Contains(oid) && !(isLeaf && oid == X509Extensions.ExtendedKeyUsage.Id))
            {
                findings.Add(new Finding(FindingCode.EkCertificateCriticalExtension, certificate.Name, Found: oid));
            }
        }
    }

    private static void CheckAuthority(EkCertificate authority, int certificatesBelow, List<Finding> findings)
    {
        // BouncyCastle: -1 = no authority, otherwise the path length, int.MaxValue where it is not limited.
        var pathLength = authority.Certificate.GetBasicConstraints();
        if (pathLength < 0 || authority.Certificate.GetKeyUsage() is { } usage && !usage[KeyCertSign])
        {
            findings.Add(new Finding(FindingCode.EkCertificateIssuerNotCa, authority.Name));
        }
        else if (certificatesBelow > pathLength)
        {
            findings.Add(new Finding(FindingCode.EkCertificatePathTooLong, authority.Name, Expected: $"{pathLength}", Found: $"{certificatesBelow}"));
        }
    }

    private const string EkCertificateUsage = "2.23.133.8.1";
    private const int KeyCertSign = 5;

    // The subject is empty and the TPM's names stand in the SAN, so it is critical (rule E1); name constraints are checked on it.
    private static readonly HashSet<string> Understood = new(StringComparer.Ordinal)
    {
        X509Extensions.KeyUsage.Id, X509Extensions.BasicConstraints.Id, X509Extensions.NameConstraints.Id, X509Extensions.SubjectAlternativeName.Id,
        X509Extensions.CertificatePolicies.Id, X509Extensions.PolicyConstraints.Id, X509Extensions.InhibitAnyPolicy.Id, X509Extensions.PolicyMappings.Id,
    };
}
