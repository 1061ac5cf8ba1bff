using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMU_PUBLIC_PARMS (TPM 2.0 Part 2, 12.2.3.7).</summary>
public abstract record PublicParameters
{
    private protected PublicParameters()
    {
    }

    internal abstract void Write(ref TpmWriter writer);
}

/// <summary>TPMS_RSA_PARMS (12.2.3.5).</summary>
/// <param name="Symmetric">The cipher of a restricted decryption key; null otherwise.</param>
/// <param name="Scheme">The only scheme it may be used with; null for any.</param>
/// <param name="KeyBits">Bits of the modulus.</param>
/// <param name="Exponent">The public exponent; 0 means 65,537.</param>
public sealed record RsaParameters(SymmetricDefinition Symmetric, AsymmetricScheme Scheme, ushort KeyBits, uint Exponent) : PublicParameters
{
    internal static RsaParameters Read(ref TpmReader reader)
    {
        var symmetric = SymmetricDefinition.Read(ref reader);
        var scheme = AsymmetricScheme.ReadRsa(ref reader);
        var bits = reader.ReadUInt16("keyBits");
        return bits is 1024 or 2048 or 3072 or 4096
            ? new RsaParameters(symmetric, scheme, bits, reader.ReadUInt32("exponent"))
            : throw reader.Refuse("keyBits", $"{bits} is not a size of RSA key", sizeof(ushort));
    }

    internal override void Write(ref TpmWriter writer)
    {
        Symmetric.Write(ref writer);
        Scheme.Write(ref writer);
        writer.WriteUInt16(KeyBits);
        writer.WriteUInt32(Exponent);
    }
}

/// <summary>TPMS_ECC_PARMS (12.2.3.6).</summary>
/// <param name="Symmetric">The cipher of a restricted decryption key; null otherwise.</param>
/// <param name="Scheme">The only scheme it may be used with; null for any.</param>
/// <param name="Curve">The curve.</param>
/// <param name="Kdf">The key derivation; null on every TPM so far.</param>
public sealed record EccParameters(SymmetricDefinition Symmetric, AsymmetricScheme Scheme, EccCurve Curve, AsymmetricScheme Kdf) : PublicParameters
{
    internal static EccParameters Read(ref TpmReader reader)
    {
        var symmetric = SymmetricDefinition.Read(ref reader);
        var scheme = AsymmetricScheme.ReadEcc(ref reader);
        var curve = (EccCurve)reader.ReadUInt16("curveID");
        return curve.CoordinateBytes() != 0
            ? new EccParameters(symmetric, scheme, curve, AsymmetricScheme.ReadKdf(ref reader))
            : throw reader.Refuse("curveID", $"0x{(ushort)curve:x4} is not a curve", sizeof(ushort));
    }

    internal override void Write(ref TpmWriter writer)
    {
        Symmetric.Write(ref writer);
        Scheme.Write(ref writer);
        writer.WriteUInt16((ushort)Curve);
        Kdf.Write(ref writer);
    }
}

/// <summary>TPMS_KEYEDHASH_PARMS (12.2.3.3).</summary>
/// <param name="Scheme">What the object is for; null for sealed data.</param>
public sealed record KeyedHashParameters(KeyedHashScheme Scheme) : PublicParameters
{
    internal static KeyedHashParameters Read(ref TpmReader reader) => new(KeyedHashScheme.Read(ref reader));

    internal override void Write(ref TpmWriter writer) => Scheme.Write(ref writer);
}

/// <summary>TPMS_SYMCIPHER_PARMS (11.1.9).</summary>
/// <param name="Symmetric">The cipher.</param>
public sealed record SymCipherParameters(SymmetricDefinition Symmetric) : PublicParameters
{
    internal static SymCipherParameters Read(ref TpmReader reader) => new(SymmetricDefinition.Read(ref reader));

    internal override void Write(ref TpmWriter writer) => Symmetric.Write(ref writer);
}
