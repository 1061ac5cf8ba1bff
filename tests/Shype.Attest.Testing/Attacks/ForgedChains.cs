using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;

namespace Shype.Attest.Testing.Attacks;

/// <summary>Chains of endorsement key certificates that are valid but for one thing (threat rows K09 to K11), by their words in the attack table.</summary>
/// <param name="vendor">The vendor whose root is believed.</param>
/// <param name="ek">The endorsement key.</param>
/// <param name="now">The time of the check.</param>
public sealed class ForgedChains(VirtualVendor vendor, AsymmetricCipherKeyPair ek, DateTimeOffset now)
{
    /// <summary>What a host brings, its own certificate first.</summary>
    public IReadOnlyList<byte[]> Of(string attack)
    {
        switch (attack)
        {
            case "no certificate":
                return [];
            case "made by itself":
                return [vendor.IssueEk(ek.Public, spec => spec with { Subject = new X509Name("CN=me"), Issuer = new X509Name("CN=me"), IssuerKey = ek.Private })];
            case "another vendor":
                var other = new VirtualVendor("Other");
                return [other.IssueEk(ek.Public), other.Intermediate, other.Root];
            case "private root with the vendor's name, brought along":
                var twin = new VirtualVendor(vendor.Name);
                return [twin.IssueEk(ek.Public), twin.Intermediate, twin.Root];
            case "private root with the vendor's name, not brought":
                var hidden = new VirtualVendor(vendor.Name);
                return [hidden.IssueEk(ek.Public), hidden.Intermediate];
            case "intermediate left out":
                return [vendor.IssueEk(ek.Public)];
            case "authority flag missing in the chain":
                return [vendor.IssueEk(ek.Public), vendor.IssueIntermediate(spec => spec with { Authority = null })];
            case "keyUsage of the intermediate without keyCertSign":
                return [vendor.IssueEk(ek.Public), vendor.IssueIntermediate(spec => spec with { Extensions = [(X509Extensions.KeyUsage.Id, true, new KeyUsage(KeyUsage.CrlSign))] })];
            case "another endorsement certificate as authority":
                var stolen = VirtualVendor.NewEcKey();
                var name = new X509Name("CN=stolen");
                return
                [
                    vendor.IssueEk(ek.Public, spec => spec with { Issuer = name, IssuerKey = stolen.Private }),
                    vendor.IssueEk(stolen.Public, spec => spec with { Subject = name, Issuer = vendor.RootName, IssuerKey = vendor.RootKey.Private }),
                ];
            case "path length":
                var deeper = VirtualVendor.NewEcKey();
                var deep = new X509Name("CN=deeper");
                return
                [
                    vendor.IssueEk(ek.Public, spec => spec with { Issuer = deep, IssuerKey = deeper.Private }),
                    VirtualVendor.Issue(new CertificateSpec
                    {
                        Subject = deep, Key = deeper.Public, Issuer = vendor.IntermediateName, IssuerKey = vendor.IntermediateKey.Private, Authority = true,
                    }),
                    vendor.Intermediate,
                ];
            case "expired":
                return [vendor.IssueEk(ek.Public, spec => spec with { NotAfter = now.AddSeconds(-1) }), vendor.Intermediate];
            case "intermediate expired":
                return [vendor.IssueEk(ek.Public), vendor.IssueIntermediate(spec => spec with { NotAfter = now.AddSeconds(-1) })];
            case "not yet valid":
                return [vendor.IssueEk(ek.Public, spec => spec with { NotBefore = now.AddSeconds(1) }), vendor.Intermediate];
            case "name constraints permit another":
                return [vendor.IssueEk(ek.Public, spec => spec with { Subject = new X509Name("O=Mine") }), Constrained(permitted: "O=Theirs")];
            case "name constraints exclude it":
                return [vendor.IssueEk(ek.Public, spec => spec with { Subject = new X509Name("O=Mine") }), Constrained(excluded: "O=Mine")];
            case "wrong usage":
                return [vendor.IssueEk(ek.Public, spec => spec with { Usages = ["2.23.133.8.3"] }), vendor.Intermediate];
            case "no usage":
                return [vendor.IssueEk(ek.Public, spec => spec with { Usages = null }), vendor.Intermediate];
            case "certificate of an authority":
                return [vendor.IssueEk(ek.Public, spec => spec with { Authority = true }), vendor.Intermediate];
            case "unknown critical extension":
                return [vendor.IssueEk(ek.Public, spec => spec with { Extensions = [("1.2.3.4", true, DerNull.Instance)] }), vendor.Intermediate];
            case "unknown critical extension above":
                return [vendor.IssueEk(ek.Public), vendor.IssueIntermediate(spec => spec with { Extensions = [("1.2.3.4", true, DerNull.Instance)] })];
            case "SHA-1":
                return [vendor.IssueEk(ek.Public, spec => spec with { Signature = "SHA1withECDSA" }), vendor.Intermediate];
            case "one byte changed":
                var changed = vendor.IssueEk(ek.Public);
                changed[^1] ^= 1;
                return [changed, vendor.Intermediate];
            case "cut":
                return [vendor.IssueEk(ek.Public)[..^1], vendor.Intermediate];
            case "no certificate at all":
                return [[0x30, 0x03, 0x02, 0x01, 0x00]];
            default:
                throw new ArgumentException(attack);
        }
    }

    private byte[] Constrained(string? permitted = null, string? excluded = null) => vendor.IssueIntermediate(spec => spec with
    {
        Extensions = [(X509Extensions.NameConstraints.Id, true, new NameConstraints(Subtrees(permitted), Subtrees(excluded)))],
    });

    private static GeneralSubtrees? Subtrees(string? name) =>
        name is null ? null : new GeneralSubtrees(new GeneralSubtree(new GeneralName(new X509Name(name))));
}
