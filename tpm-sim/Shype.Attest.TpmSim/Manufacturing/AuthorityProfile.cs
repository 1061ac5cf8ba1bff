using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.X509;
using Org.BouncyCastle.X509.Extension;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>The certificates of root and intermediate (RFC 5280, 4.2.1.1 to 4.2.1.3, 4.2.1.9).</summary>
internal static class AuthorityProfile
{
    public static X509Certificate Issue(
        X509Name subject, AsymmetricKeyParameter key, int authoritiesBelow, X509Name issuer, AsymmetricCipherKeyPair issuerKey, DateTime from)
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(new BigInteger(1, RandomNumberGenerator.GetBytes(SerialBytes)));
        generator.SetIssuerDN(issuer);
        generator.SetSubjectDN(subject);
        generator.SetNotBefore(from);
        generator.SetNotAfter(from.AddYears(YearsValid));
        generator.SetPublicKey(key);
        generator.AddExtension(X509Extensions.BasicConstraints, true, new BasicConstraints(authoritiesBelow));
        generator.AddExtension(X509Extensions.KeyUsage, true, new KeyUsage(KeyUsage.KeyCertSign | KeyUsage.CrlSign));
        generator.AddExtension(X509Extensions.SubjectKeyIdentifier, false, X509ExtensionUtilities.CreateSubjectKeyIdentifier(key));
        generator.AddExtension(X509Extensions.AuthorityKeyIdentifier, false, X509ExtensionUtilities.CreateAuthorityKeyIdentifier(issuerKey.Public));
        return generator.Generate(new Asn1SignatureFactory("SHA384withECDSA", issuerKey.Private));
    }

    private const int SerialBytes = 16;
    private const int YearsValid = 30;
}
