using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Is the key in a certificate the key of a TPM's public area? Whatever the certificate calls its algorithm: RSA, OAEP, PSS (rule E4).</summary>
internal static class CertifiedKey
{
    public static bool Is(EkCertificate certificate, PublicArea area) => (area.Parameters, area.Unique, certificate.Certificate.GetPublicKey()) switch
    {
        (RsaParameters rsa, BytesUnique modulus, RsaKeyParameters key) =>
            key.Modulus.Equals(new BigInteger(1, modulus.Value)) && key.Exponent.Equals(BigInteger.ValueOf(rsa.Exponent == 0 ? DefaultExponent : rsa.Exponent)),
        (EccParameters ecc, EccUnique point, ECPublicKeyParameters key) =>
            key.Parameters.Curve.FieldSize == SizeOf(ecc.Curve)
            && key.Q.AffineXCoord.ToBigInteger().Equals(new BigInteger(1, point.X)) && key.Q.AffineYCoord.ToBigInteger().Equals(new BigInteger(1, point.Y)),
        _ => false,
    };

    private static int SizeOf(EccCurve curve) => curve switch
    {
        EccCurve.NistP256 => 256,
        EccCurve.NistP384 => 384,
        EccCurve.NistP521 => 521,
        _ => 0,
    };

    // TPM 2.0 Part 2, 12.2.3.5: zero stands for it.
    private const long DefaultExponent = 65_537;
}
