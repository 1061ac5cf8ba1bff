using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMU_PUBLIC_ID (TPM 2.0 Part 2, 12.2.3.2): what makes the object unique.</summary>
public abstract record PublicUnique
{
    private protected PublicUnique()
    {
    }

    internal abstract void Write(ref TpmWriter writer);
}

/// <summary>TPM2B_PUBLIC_KEY_RSA or TPM2B_DIGEST: the modulus, or the digest of what is secret; empty in a template.</summary>
/// <param name="Value">The bytes.</param>
public sealed record BytesUnique(byte[] Value) : PublicUnique
{
    internal static BytesUnique ReadModulus(int keyBits, ref TpmReader reader)
    {
        var modulus = reader.ReadSized("unique.rsa", WireLimits.MaxRsaBytes);
        return modulus.Length == 0 || modulus.Length == keyBits / 8
            ? new BytesUnique(modulus.ToArray())
            : throw reader.Refuse("unique.rsa", $"has {modulus.Length} bytes; 0 or {keyBits / 8} are needed", modulus.Length + sizeof(ushort));
    }

    internal static BytesUnique ReadDigest(AlgorithmId nameAlgorithm, ref TpmReader reader) => new(reader.ReadDigestOf("unique.digest", nameAlgorithm));

    internal override void Write(ref TpmWriter writer) => writer.WriteSized(Value);
}

/// <summary>TPMS_ECC_POINT (11.2.5.2): the public point; empty in a template.</summary>
/// <param name="X">The x coordinate; not every TPM fills it with zeros on the left.</param>
/// <param name="Y">The y coordinate.</param>
public sealed record EccUnique(byte[] X, byte[] Y) : PublicUnique
{
    internal static EccUnique Read(EccCurve curve, ref TpmReader reader) => new(
        ReadCoordinate("unique.ecc.x", curve, ref reader),
        ReadCoordinate("unique.ecc.y", curve, ref reader));

    internal override void Write(ref TpmWriter writer)
    {
        writer.WriteSized(X);
        writer.WriteSized(Y);
    }

    private static byte[] ReadCoordinate(string member, EccCurve curve, ref TpmReader reader) =>
        reader.ReadSized(member, Math.Min(curve.CoordinateBytes(), WireLimits.MaxEccBytes)).ToArray();
}
