using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.X509;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>Public keys of TPMs in the form that certificates hold.</summary>
internal static class PublicKeys
{
    public static byte[] ToSubjectPublicKeyInfo(PublicArea area)
    {
        AsymmetricKeyParameter key = (area.Parameters, area.Unique) switch
        {
            (RsaParameters rsa, BytesUnique modulus) => new RsaKeyParameters(
                isPrivate: false, new BigInteger(1, modulus.Value), BigInteger.ValueOf(rsa.Exponent == 0 ? DefaultExponent : rsa.Exponent)),
            (EccParameters { Curve: EccCurve.NistP256 }, EccUnique point) => P256(point),
            _ => throw new ArgumentException($"an endorsement key of type {area.Type} is not certified here", nameof(area)),
        };
        return SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key).GetDerEncoded();
    }

    private static ECPublicKeyParameters P256(EccUnique point)
    {
        var curve = ECNamedCurveTable.GetByOid(SecObjectIdentifiers.SecP256r1);
        var q = curve.Curve.ValidatePoint(new BigInteger(1, point.X), new BigInteger(1, point.Y));
        return new ECPublicKeyParameters("EC", q, new ECNamedDomainParameters(SecObjectIdentifiers.SecP256r1, curve));
    }

    // TPM 2.0 Part 2, 12.2.3.5: zero says 2^16 + 1.
    private const long DefaultExponent = 65_537;
}
