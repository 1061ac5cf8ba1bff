using System.Runtime.CompilerServices;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>The authorities of a policy, read.</summary>
internal sealed record EkAuthorities(
    IReadOnlyList<EkCertificate> Anchors,
    IReadOnlyList<EkCertificate> VirtualAnchors,
    IReadOnlyList<EkCertificate> Helpers,
    IReadOnlyList<EkCertificate> SwitchedOff)
{
    public static EkAuthorities Read(EkCertificatePolicy policy, List<Finding> findings) => new(
        ReadAll(policy.Anchors, "anchor", findings),
        ReadAll(policy.VirtualAnchors, "virtual anchor", findings),
        ReadAll(policy.Helpers, "helper", findings),
        ReadAll(policy.SwitchedOff, "switched-off anchor", findings));

    private static List<EkCertificate> ReadAll(IReadOnlyList<byte[]> stored, string what, List<Finding> findings)
    {
        List<EkCertificate> certificates = [];
        for (var i = 0; i < stored.Count; i++)
        {
            if (Cache.TryGetValue(stored[i], out var known))
            {
                certificates.Add(known);
            }
            else if (EkCertificateReader.TryRead(stored[i], out var read, out var problem))
            {
                Cache.AddOrUpdate(stored[i], read);
                certificates.Add(read);
            }
            else
            {
                findings.Add(new Finding(FindingCode.EkCertificateMalformed, $"{what} {i}", Detail: problem));
            }
        }

        return certificates;
    }

    // The library tests each RSA modulus that it meets for primes, which takes longer than all the rest; authorities are met at every enrolment.
    private static readonly ConditionalWeakTable<byte[], EkCertificate> Cache = new();
}
