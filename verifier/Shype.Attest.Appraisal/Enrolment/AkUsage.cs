using Org.BouncyCastle.Asn1.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>
/// The certificate says that its key is a restricted signing key of a TPM. It holds nothing but the bare key, so somebody must have looked at the
/// key's attributes before: whoever issued it says so by purpose or policy (TPM 2.0 Keys for Device Identity and Attestation, 8 and 9).
/// </summary>
internal sealed class AkUsage : IKeyUsageRule
{
    public static AkUsage Instance { get; } = new();

    public IReadOnlyList<string> Purposes { get; } = [AttestationKey, EkUsage.EndorsementKey];

    public FindingCode WrongUsage => FindingCode.AkCertificateUsageWrong;

    public void Check(EkCertificate leaf, EkChain chain, List<Finding> findings)
    {
        var usages = leaf.Purposes ?? [];
        var policies = Policies(leaf);
        // Google's attestation keys carry the purpose of endorsement keys (rule E2); from anybody else that means something different. Where the cloud's
        // root is switched off, that alone is said.
        var isCloud = chain.IsVirtual || chain.Problem?.Code == FindingCode.EkCertificateAnchorOff;
        var isMeant = usages.Contains(AttestationKey) || isCloud && usages.Contains(EkUsage.EndorsementKey)
            || policies.Contains(VerifiedRestricted) && (policies.Contains(VerifiedResidency) || policies.Contains(VerifiedFixed));
        if (!isMeant)
        {
            findings.Add(Wrong(leaf, string.Join(' ', usages.Concat(policies)), usages.Count == 0 && policies.Count == 0
                ? "it has neither extended key usage nor policy"
                : "its extended key usage is " + (usages.Count == 0 ? "none" : string.Join(", ", usages)) + (policies.Count == 0 ? "" : ", its policy " + string.Join(", ", policies))));
        }

        if (leaf.Certificate.GetKeyUsage() is { } bits && !bits[DigitalSignature])
        {
            findings.Add(Wrong(leaf, "keyUsage", "its key may not sign"));
        }

        if (leaf.Certificate.GetBasicConstraints() >= 0)
        {
            findings.Add(new Finding(FindingCode.AkCertificateIsCa, leaf.Name));
        }
    }

    private static Finding Wrong(EkCertificate leaf, string found, string detail) =>
        new(FindingCode.AkCertificateUsageWrong, leaf.Name, Expected: AttestationKey, Found: found, Detail: detail);

    private static List<string> Policies(EkCertificate leaf)
    {
        try
        {
            return leaf.Certificate.GetExtensionParsedValue(X509Extensions.CertificatePolicies) is { } value
                ? [.. CertificatePolicies.GetInstance(value).GetPolicyInformation().Select(policy => policy.PolicyIdentifier.Id)]
                : [];
        }
        catch (Exception refused) when (EkCertificateReader.IsAboutContent(refused))
        {
            return [];
        }
    }

    /// <summary>tcg-kp-AIKCertificate.</summary>
    private const string AttestationKey = "2.23.133.8.3";

    /// <summary>tcg-cap-verifiedTPMResidency, tcg-cap-verifiedTPMFixed, tcg-cap-verifiedTPMRestricted.</summary>
    private const string VerifiedResidency = "2.23.133.11.1.1";
    private const string VerifiedFixed = "2.23.133.11.1.2";
    private const string VerifiedRestricted = "2.23.133.11.1.3";
    private const int DigitalSignature = 0;
}
