using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>
/// Reads SubjectPublicKeyInfo (RFC 5280, 4.1.2.7; RFC 3279; RFC 5480) strictly. Curves only by name: explicit parameters let an attacker choose the generator.
/// </summary>
internal static class SubjectPublicKeyInfo
{
    /// <summary>Reads the numbers of an RSA or a curve's key; the other stays default.</summary>
    public static bool TryRead(ReadOnlySpan<byte> der, out RSAParameters? rsa, out ECParameters? ecc, [NotNullWhen(false)] out KeyProblem? problem)
    {
        rsa = null;
        ecc = null;
        try
        {
            var outer = new AsnReader(der.ToArray(), AsnEncodingRules.DER);
            var info = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var algorithm = info.ReadSequence();
            var key = info.ReadBitString(out var unusedBits);
            info.ThrowIfNotEmpty();
            var oid = algorithm.ReadObjectIdentifier();
            return (oid, unusedBits) switch
            {
                (RsaEncryption, 0) => TryRsa(algorithm, key, out rsa, out problem),
                (EcPublicKey, 0) => TryEcc(algorithm, key, out ecc, out problem),
                _ => Refuse(KeyProblemCode.Type, $"{oid} is not rsaEncryption or id-ecPublicKey", out problem),
            };
        }
        catch (AsnContentException)
        {
            return Refuse(KeyProblemCode.Encoding, "is not the DER of a SubjectPublicKeyInfo", out problem);
        }
    }

    private static bool TryRsa(AsnReader algorithm, byte[] key, out RSAParameters? rsa, [NotNullWhen(false)] out KeyProblem? problem)
    {
        rsa = null;
        algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        var outer = new AsnReader(key, AsnEncodingRules.DER);
        var numbers = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var modulus = numbers.ReadIntegerBytes().Span;
        if (!numbers.TryReadUInt32(out var exponent))
        {
            return Refuse(KeyProblemCode.RsaExponent, "the exponent is negative or has more than 32 bits", out problem);
        }

        numbers.ThrowIfNotEmpty();
        if (modulus[0] >= 0x80)
        {
            return Refuse(KeyProblemCode.RsaModulus, "the modulus is negative", out problem);
        }

        if (!PublicKeyNumbers.TryRsa(modulus[0] == 0 ? modulus[1..] : modulus, exponent, out var checkedRsa, out problem))
        {
            return false;
        }

        rsa = checkedRsa;
        return true;
    }

    private static bool TryEcc(AsnReader algorithm, byte[] key, out ECParameters? ecc, [NotNullWhen(false)] out KeyProblem? problem)
    {
        ecc = null;
        if (!algorithm.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
        {
            return Refuse(KeyProblemCode.Curve, "the curve is not given by name", out problem);
        }

        var oid = algorithm.ReadObjectIdentifier();
        algorithm.ThrowIfNotEmpty();
        var curve = oid switch
        {
            "1.2.840.10045.3.1.7" => EccCurve.NistP256,
            "1.3.132.0.34" => EccCurve.NistP384,
            "1.3.132.0.35" => EccCurve.NistP521,
            _ => EccCurve.None,
        };
        if (curve == EccCurve.None)
        {
            return Refuse(KeyProblemCode.Curve, $"curve {oid} is not P-256, P-384 or P-521", out problem);
        }

        // RFC 5480, 2.2: only the uncompressed form is what everybody writes.
        var size = curve.CoordinateBytes();
        if (key.Length != 1 + (2 * size) || key[0] != 0x04)
        {
            return Refuse(KeyProblemCode.Point, "the point is not in the uncompressed form of its curve", out problem);
        }

        if (!PublicKeyNumbers.TryEcc(curve, key.AsSpan(1, size), key.AsSpan(1 + size), out var checkedEcc, out problem))
        {
            return false;
        }

        ecc = checkedEcc;
        return true;
    }

    private static bool Refuse(KeyProblemCode code, string text, [NotNull] out KeyProblem? problem)
    {
        problem = new KeyProblem(code, text);
        return false;
    }

    private const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string EcPublicKey = "1.2.840.10045.2.1";
}
