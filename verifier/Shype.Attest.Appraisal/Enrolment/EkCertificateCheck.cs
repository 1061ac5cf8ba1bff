namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>What the certificates of a key say.</summary>
/// <param name="Findings">Everything that was found about them.</param>
/// <param name="Certificate">The key's certificate, DER without header and padding, when it could be read.</param>
/// <param name="Issuer">The anchor's name, when a chain was found.</param>
public sealed record EkCertificateVerdict(IReadOnlyList<Finding> Findings, byte[]? Certificate, string? Issuer)
{
    /// <summary>The certificates from the key's to the anchor, or as far as they go.</summary>
    public IReadOnlyList<ChainLink> Chain { get; init; } = [];

    /// <summary>What the key's certificate says about its TPM: claims of who signed it, worth as much as the chain.</summary>
    public TpmDescription? Tpm { get; init; }

    /// <summary>Whether the anchor stands for a cloud's virtual TPMs.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>Whether nothing speaks against the certificate.</summary>
    public bool IsTrusted => !Findings.Any(finding => finding.IsFailure);
}

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
        if (brought.Count == 0)
        {
            return new EkCertificateVerdict([new Finding(FindingCode.EkCertificateMissing, "endorsement key")], null, null);
        }

        var verdict = CertificatePath.Check(brought, policy, now, EkUsage.Instance);
        return verdict is { IsVirtual: true, Issuer: { } cloud }
            ? verdict with { Findings = [.. verdict.Findings, new Finding(FindingCode.EkVirtual, "endorsement key", Found: cloud)] }
            : verdict;
    }
}
