using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_PUBLIC (TPM 2.0 Part 2, 12.2.4): a key's public part, or the template for one. Equal means the same bytes, as its name does.</summary>
/// <param name="Type">TPM_ALG_RSA, ECC, KEYEDHASH or SYMCIPHER.</param>
/// <param name="NameAlgorithm">nameAlg: the hash of the name; TPM_ALG_NULL for an object without one.</param>
/// <param name="Attributes">objectAttributes.</param>
/// <param name="AuthPolicy">authPolicy; empty for none.</param>
/// <param name="Parameters">What depends on the type.</param>
/// <param name="Unique">The public key; anything in a template.</param>
public sealed record PublicArea(
    AlgorithmId Type,
    AlgorithmId NameAlgorithm,
    ObjectAttributes Attributes,
    byte[] AuthPolicy,
    PublicParameters Parameters,
    PublicUnique Unique) : ITpmStructure<PublicArea>
{
    /// <inheritdoc/>
    public static string StructureName => "TPMT_PUBLIC";

    /// <inheritdoc/>
    public static PublicArea Read(ref TpmReader reader)
    {
        var type = reader.ReadAlgorithm("type");
        if (type is not (AlgorithmId.Rsa or AlgorithmId.Ecc or AlgorithmId.KeyedHash or AlgorithmId.SymCipher))
        {
            throw reader.RefuseAlgorithm("type", type, "not a type of object");
        }

        var nameAlgorithm = reader.ReadNameHash("nameAlg");
        var attributes = ReadAttributes(ref reader);
        var policy = reader.ReadDigestOf("authPolicy", nameAlgorithm);
        PublicParameters parameters = type switch
        {
            AlgorithmId.Rsa => RsaParameters.Read(ref reader),
            AlgorithmId.Ecc => EccParameters.Read(ref reader),
            AlgorithmId.KeyedHash => KeyedHashParameters.Read(ref reader),
            _ => SymCipherParameters.Read(ref reader),
        };
        PublicUnique unique = parameters switch
        {
            RsaParameters rsa => BytesUnique.ReadModulus(rsa.KeyBits, ref reader),
            EccParameters ecc => EccUnique.Read(ecc.Curve, ref reader),
            _ => BytesUnique.ReadDigest(nameAlgorithm, ref reader),
        };
        return new PublicArea(type, nameAlgorithm, attributes, policy, parameters, unique);
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Type);
        writer.WriteAlgorithm(NameAlgorithm);
        writer.WriteUInt32((uint)Attributes);
        writer.WriteSized(AuthPolicy);
        Parameters.Write(ref writer);
        Unique.Write(ref writer);
    }

    /// <inheritdoc/>
    public bool Equals(PublicArea? other) => other is not null && TpmWire.ToBytes(this).AsSpan().SequenceEqual(TpmWire.ToBytes(other));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(TpmWire.ToBytes(this));
        return hash.ToHashCode();
    }

    private static ObjectAttributes ReadAttributes(ref TpmReader reader)
    {
        var attributes = reader.ReadUInt32("objectAttributes");
        return (attributes & ~DefinedAttributes) == 0
            ? (ObjectAttributes)attributes
            : throw reader.Refuse("objectAttributes", $"has reserved bits: 0x{attributes & ~DefinedAttributes:x8}", sizeof(uint));
    }

    private const uint DefinedAttributes = 0x000f_0ff6;
}
