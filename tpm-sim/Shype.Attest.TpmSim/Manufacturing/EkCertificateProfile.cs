using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.X509;
using Org.BouncyCastle.X509.Extension;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>An endorsement key's certificate (TCG EK Credential Profile 2.5, 3.2), as makers of chips fill it.</summary>
internal static class EkCertificateProfile
{
    public static X509Certificate Issue(AsymmetricKeyParameter key, ChipIdentity identity, BigInteger serialNumber, Authority issuer, DateTime from)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(serialNumber);
        generator.SetIssuerDN(issuer.Certificate.SubjectDN);
        generator.SetSubjectDN(new X509Name([], Array.Empty<string>()));
        generator.SetNotBefore(from);
        generator.SetNotAfter(issuer.Certificate.NotAfter);
        generator.SetPublicKey(key);
        generator.AddExtension(X509Extensions.AuthorityKeyIdentifier, false, X509ExtensionUtilities.CreateAuthorityKeyIdentifier(issuer.Certificate.GetPublicKey()));
        generator.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(cA: false));
        // An endorsement key decrypts and never signs: RSA takes secrets, ECC agrees on them.
        generator.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(key is RsaKeyParameters ? KeyUsage.KeyEncipherment : KeyUsage.KeyAgreement));
        generator.AddExtension(X509Extensions.ExtendedKeyUsage, false, new DerSequence(new DerObjectIdentifier(EkCertificate)));
        // RFC 5280, 4.2.1.6: critical, because the subject is empty.
        generator.AddExtension(X509Extensions.SubjectAlternativeName, true, new GeneralNames(new GeneralName(Names(identity))));
        generator.AddExtension(X509Extensions.SubjectDirectoryAttributes, false, Specification(identity));
        return generator.Generate(new Asn1SignatureFactory("SHA384withECDSA", issuer.Key));
    }

    // Three RDNs of one attribute each, in UTF8String: "id:" and hex for numbers, text for the model.
    private static X509Name Names(ChipIdentity identity) => X509Name.GetInstance(new DerSequence(
        Name(TpmManufacturer, $"id:{identity.Manufacturer:X8}"),
        Name(TpmModel, identity.Model),
        Name(TpmVersion, $"id:{identity.FirmwareVersion:X8}")));

    private static DerSet Name(string attribute, string value) => new(new DerSequence(new DerObjectIdentifier(attribute), new DerUtf8String(value)));

    // tPMSpecification: family, level, revision.
    private static DerSequence Specification(ChipIdentity identity) => new(new DerSequence(
        new DerObjectIdentifier(TpmSpecification),
        new DerSet(new DerSequence(
            new DerUtf8String("2.0"),
            DerInteger.ValueOf(identity.SpecificationLevel),
            DerInteger.ValueOf(identity.SpecificationRevision)))));

    private const string TpmManufacturer = "2.23.133.2.1";
    private const string TpmModel = "2.23.133.2.2";
    private const string TpmVersion = "2.23.133.2.3";
    private const string TpmSpecification = "2.23.133.2.16";
    // tcg-kp-EKCertificate.
    private const string EkCertificate = "2.23.133.8.1";
}
