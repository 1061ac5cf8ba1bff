using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_KEYEDHASH_SCHEME (TPM 2.0 Part 2, 11.1.23).</summary>
/// <param name="Scheme">TPM_ALG_HMAC, XOR or NULL.</param>
/// <param name="Hash">Its hash; TPM_ALG_NULL where it has none.</param>
/// <param name="Kdf">The key derivation of XOR; TPM_ALG_NULL otherwise.</param>
public sealed record KeyedHashScheme(AlgorithmId Scheme, AlgorithmId Hash, AlgorithmId Kdf)
{
    /// <summary>Sealed data, or an HMAC key bound to nothing.</summary>
    public static KeyedHashScheme None { get; } = new(AlgorithmId.Null, AlgorithmId.Null, AlgorithmId.Null);

    internal static KeyedHashScheme Read(ref TpmReader reader)
    {
        var scheme = reader.ReadAlgorithm("keyedHash.scheme");
        return scheme switch
        {
            AlgorithmId.Null => None,
            AlgorithmId.Hmac => new KeyedHashScheme(scheme, reader.ReadHash("keyedHash.hashAlg"), AlgorithmId.Null),
            AlgorithmId.Xor => new KeyedHashScheme(scheme, reader.ReadHash("keyedHash.hashAlg"), ReadKdf(ref reader)),
            _ => throw reader.RefuseAlgorithm("keyedHash.scheme", scheme, "not a scheme of keyed hashes"),
        };
    }

    internal void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Scheme);
        if (Scheme != AlgorithmId.Null)
        {
            writer.WriteAlgorithm(Hash);
        }

        if (Scheme == AlgorithmId.Xor)
        {
            writer.WriteAlgorithm(Kdf);
        }
    }

    private static AlgorithmId ReadKdf(ref TpmReader reader)
    {
        var kdf = reader.ReadAlgorithm("keyedHash.kdf");
        return kdf is AlgorithmId.Null or AlgorithmId.Mgf1 or AlgorithmId.Kdf1Sp800_56A or AlgorithmId.Kdf2 or AlgorithmId.Kdf1Sp800_108
            ? kdf
            : throw reader.RefuseAlgorithm("keyedHash.kdf", kdf, "not a key derivation");
    }
}
