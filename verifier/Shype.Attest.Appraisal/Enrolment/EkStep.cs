using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Is the endorsement key made as the profile says, and is it the key of a certificate that a configured vendor vouches for (rules K2 and K3)?</summary>
internal static class EkStep
{
    public static PublicArea? Read(byte[] bytes, List<Finding> findings)
    {
        var ek = EnrolmentAppraiser.ReadPublic(bytes, FindingCode.EkMalformed, Subject, findings);
        if (ek is not null && !KeyTemplates.IsEkTemplate(ek))
        {
            findings.Add(new(FindingCode.EkTemplateUnknown, Subject, Found: ek.Attributes.ToString()));
        }

        return ek;
    }

    public static EkCertificateVerdict? CheckCertificates(
        PublicArea? ek, IReadOnlyList<byte[]> brought, EkCertificatePolicy policy, DateTimeOffset now, List<Finding> findings)
    {
        if (brought.Count == 0 && policy.UnsafeAcceptUncertifiedKeys)
        {
            findings.Add(new(FindingCode.EkUncertified, Subject));
            return null;
        }

        var leaf = IndexOfOwn(ek, brought);
        var verdict = EkCertificateCheck.Check(leaf <= 0 ? brought : [brought[leaf], .. brought.Where((_, i) => i != leaf)], policy, now);
        findings.AddRange(verdict.Findings);
        // Where no certificate is the key's, the first one is what the host passes off as it.
        if (ek is not null && leaf < 0 && verdict.Certificate is not null)
        {
            findings.Add(new(FindingCode.EkCertificateKeyMismatch, Subject));
        }

        return verdict;
    }

    // A TPM has a certificate for each of its endorsement keys; a host may send them all.
    private static int IndexOfOwn(PublicArea? ek, IReadOnlyList<byte[]> brought)
    {
        for (var i = 0; ek is not null && i < brought.Count; i++)
        {
            if (EkCertificateReader.TryRead(brought[i], out var certificate, out _) && IsSameKey(ek, certificate.Certificate.GetPublicKey()))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsSameKey(PublicArea ek, AsymmetricKeyParameter certified) => (ek.Parameters, ek.Unique, certified) switch
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
    private const string Subject = "endorsement key";
}
