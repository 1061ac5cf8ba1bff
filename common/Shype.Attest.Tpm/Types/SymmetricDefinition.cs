using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_SYM_DEF_OBJECT (TPM 2.0 Part 2, 11.1.7): a block cipher, or none.</summary>
/// <param name="Algorithm">The cipher; TPM_ALG_NULL for none.</param>
/// <param name="KeyBits">Bits of the key.</param>
/// <param name="Mode">The mode; TPM_ALG_NULL for any.</param>
public sealed record SymmetricDefinition(AlgorithmId Algorithm, ushort KeyBits, AlgorithmId Mode) : ITpmStructure<SymmetricDefinition>
{
    /// <summary>No cipher.</summary>
    public static SymmetricDefinition None { get; } = new(AlgorithmId.Null, 0, AlgorithmId.Null);

    /// <summary>AES-128-CFB.</summary>
    public static SymmetricDefinition Aes128Cfb { get; } = new(AlgorithmId.Aes, 128, AlgorithmId.Cfb);

    /// <summary>AES-256-CFB.</summary>
    public static SymmetricDefinition Aes256Cfb { get; } = new(AlgorithmId.Aes, 256, AlgorithmId.Cfb);

    /// <inheritdoc/>
    public static string StructureName => "TPMT_SYM_DEF_OBJECT";

    /// <inheritdoc/>
    public static SymmetricDefinition Read(ref TpmReader reader)
    {
        var algorithm = reader.ReadAlgorithm("symmetric.algorithm");
        if (algorithm == AlgorithmId.Null)
        {
            return None;
        }

        if (algorithm is not (AlgorithmId.Aes or AlgorithmId.TripleDes or AlgorithmId.Sm4 or AlgorithmId.Camellia))
        {
            throw reader.RefuseAlgorithm("symmetric.algorithm", algorithm, "not a block cipher");
        }

        var bits = reader.ReadUInt16("symmetric.keyBits");
        if (bits is not (128 or 192 or 256))
        {
            throw reader.Refuse("symmetric.keyBits", $"{bits} is not a size of key", sizeof(ushort));
        }

        var mode = reader.ReadAlgorithm("symmetric.mode");
        return mode is AlgorithmId.Ctr or AlgorithmId.Ofb or AlgorithmId.Cbc or AlgorithmId.Cfb or AlgorithmId.Ecb or AlgorithmId.Null
            ? new SymmetricDefinition(algorithm, bits, mode)
            : throw reader.RefuseAlgorithm("symmetric.mode", mode, "not a mode");
    }

    /// <inheritdoc/>
    public void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Algorithm);
        if (Algorithm != AlgorithmId.Null)
        {
            writer.WriteUInt16(KeyBits);
            writer.WriteAlgorithm(Mode);
        }
    }
}
