namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>TCG EK Credential Profile 3.2.16: the certificate is for an endorsement key, which decrypts and never signs (rules E2, E3).</summary>
internal sealed class EkUsage : IKeyUsageRule
{
    public static EkUsage Instance { get; } = new();

    public IReadOnlyList<string> Purposes { get; } = [EndorsementKey];

    public FindingCode WrongUsage => FindingCode.EkCertificateUsageWrong;

    public void Check(EkCertificate leaf, EkChain chain, List<Finding> findings)
    {
        var usages = leaf.Purposes;
        // Some clouds leave the purpose out of the certificate and limit the authority to it instead.
        var inherits = usages is null && chain is { Problem: null, Certificates: [_, var issuer, ..] } && issuer.Purposes?.Contains(EndorsementKey) == true;
        if (!inherits && (usages is null || !usages.Contains(EndorsementKey)))
        {
            findings.Add(Wrong(leaf, string.Join(' ', usages ?? []),
                usages is null ? "it has no extended key usage" : "its extended key usage is " + string.Join(", ", usages)));
        }

        // Vendors leave keyUsage out; where it stands, a key that only signs is an attestation key, whatever its purpose says (GCE).
        if (leaf.Certificate.GetKeyUsage() is { } bits && !bits[KeyEncipherment] && !bits[KeyAgreement])
        {
            findings.Add(Wrong(leaf, "keyUsage", "its key may not decrypt"));
        }

        if (leaf.Certificate.GetBasicConstraints() >= 0)
        {
            findings.Add(new Finding(FindingCode.EkCertificateIsCa, leaf.Name));
        }
    }

    private static Finding Wrong(EkCertificate leaf, string found, string detail) =>
        new(FindingCode.EkCertificateUsageWrong, leaf.Name, Expected: EndorsementKey, Found: found, Detail: detail);

    /// <summary>tcg-kp-EKCertificate.</summary>
    public const string EndorsementKey = "2.23.133.8.1";
    private const int KeyEncipherment = 2;
    private const int KeyAgreement = 4;
}
