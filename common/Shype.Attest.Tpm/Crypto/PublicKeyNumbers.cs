using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Crypto;

/// <summary>The numbers of a public key, checked: what is here may be given to OpenSSL.</summary>
internal static class PublicKeyNumbers
{
    /// <summary>Numbers of an RSA key from its public area. An exponent of 0 means 65,537 (Part 2, 12.2.3.5).</summary>
    public static bool TryRsa(RsaParameters parameters, PublicUnique unique, out RSAParameters rsa, [NotNullWhen(false)] out KeyProblem? problem)
    {
        rsa = default;
        if (unique is not BytesUnique { Value: var modulus } || modulus.Length * 8 != parameters.KeyBits)
        {
            problem = new KeyProblem(KeyProblemCode.RsaModulus, $"a key of {parameters.KeyBits} bits needs a modulus of as many");
            return false;
        }

        return TryRsa(modulus, parameters.Exponent == 0 ? DefaultExponent : parameters.Exponent, out rsa, out problem);
    }

    /// <summary>Numbers of an RSA key.</summary>
    public static bool TryRsa(ReadOnlySpan<byte> modulus, uint exponent, out RSAParameters rsa, [NotNullWhen(false)] out KeyProblem? problem)
    {
        rsa = default;
        problem = ModulusProblem(modulus) ?? ExponentProblem(exponent);
        if (problem is not null)
        {
            return false;
        }

        rsa = new RSAParameters { Modulus = modulus.ToArray(), Exponent = new BigInteger(exponent).ToByteArray(isUnsigned: true, isBigEndian: true) };
        return true;
    }

    /// <summary>Numbers of a curve's key; whether the point is on the curve is for the import to find (<see cref="PointProblem"/>).</summary>
    public static bool TryEcc(EccCurve curve, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, out ECParameters ecc, [NotNullWhen(false)] out KeyProblem? problem)
    {
        ecc = default;
        if (!TryCurve(curve, out var named))
        {
            problem = new KeyProblem(KeyProblemCode.Curve, $"curve 0x{(ushort)curve:x4} is not P-256, P-384 or P-521");
            return false;
        }

        var size = curve.CoordinateBytes();
        if (x.IsEmpty || y.IsEmpty || x.Length > size || y.Length > size)
        {
            problem = PointProblem;
            return false;
        }

        ecc = new ECParameters { Curve = named, Q = new ECPoint { X = Pad(x, size), Y = Pad(y, size) } };
        problem = null;
        return true;
    }

    /// <summary>What to say where the import refuses a point.</summary>
    public static KeyProblem PointProblem { get; } = new(KeyProblemCode.Point, "the point is not on the curve");

    private static bool TryCurve(EccCurve curve, out ECCurve named)
    {
        named = curve switch
        {
            EccCurve.NistP256 => ECCurve.NamedCurves.nistP256,
            EccCurve.NistP384 => ECCurve.NamedCurves.nistP384,
            EccCurve.NistP521 => ECCurve.NamedCurves.nistP521,
            _ => default,
        };
        return named.IsNamed;
    }

    private static KeyProblem? ModulusProblem(ReadOnlySpan<byte> modulus)
    {
        var bits = modulus.IsEmpty ? 0 : (modulus.Length * 8) - BitOperations.LeadingZeroCount((uint)modulus[0] << 24);
        if (modulus.Length is < MinRsaBytes or > WireLimits.MaxRsaBytes || modulus[0] < 0x80)
        {
            return new KeyProblem(KeyProblemCode.RsaModulus, $"a modulus of {bits} bits; {MinRsaBytes * 8} to {WireLimits.MaxRsaBytes * 8} are allowed");
        }

        return int.IsOddInteger(modulus[^1]) ? null : new KeyProblem(KeyProblemCode.RsaModulus, "the modulus is even");
    }

    private static KeyProblem? ExponentProblem(uint exponent) => exponent >= DefaultExponent && uint.IsOddInteger(exponent)
        ? null
        : new KeyProblem(KeyProblemCode.RsaExponent, $"the exponent {exponent} is not odd and at least {DefaultExponent}");

    private static byte[] Pad(ReadOnlySpan<byte> number, int size)
    {
        var padded = new byte[size];
        number.CopyTo(padded.AsSpan(size - number.Length));
        return padded;
    }

    private const uint DefaultExponent = 65_537;
    private const int MinRsaBytes = 256;
}
