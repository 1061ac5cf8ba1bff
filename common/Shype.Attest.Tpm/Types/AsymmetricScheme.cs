using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Tpm.Types;

/// <summary>TPMT_RSA_SCHEME, TPMT_ECC_SCHEME and TPMT_KDF_SCHEME (TPM 2.0 Part 2, 11.2.4.2, 11.2.5.6, 11.2.3.3): what a key is bound to.</summary>
/// <param name="Scheme">The scheme; TPM_ALG_NULL for any.</param>
/// <param name="Hash">Its hash; TPM_ALG_NULL where it has none.</param>
/// <param name="Count">The counter of ECDAA; 0 otherwise.</param>
public sealed record AsymmetricScheme(AlgorithmId Scheme, AlgorithmId Hash, ushort Count = 0)
{
    /// <summary>Bound to nothing.</summary>
    public static AsymmetricScheme None { get; } = new(AlgorithmId.Null, AlgorithmId.Null);

    internal static AsymmetricScheme ReadRsa(ref TpmReader reader)
    {
        var scheme = reader.ReadAlgorithm("scheme.scheme");
        return scheme switch
        {
            AlgorithmId.Null => None,
            AlgorithmId.RsaSsa or AlgorithmId.RsaPss or AlgorithmId.Oaep => ReadHash(scheme, "scheme.details.hashAlg", ref reader),
            AlgorithmId.RsaEs => new AsymmetricScheme(scheme, AlgorithmId.Null),
            _ => throw reader.RefuseAlgorithm("scheme.scheme", scheme, "not a scheme of RSA"),
        };
    }

    internal static AsymmetricScheme ReadEcc(ref TpmReader reader)
    {
        var scheme = reader.ReadAlgorithm("scheme.scheme");
        return scheme switch
        {
            AlgorithmId.Null => None,
            AlgorithmId.Ecdsa or AlgorithmId.Sm2 or AlgorithmId.EcSchnorr or AlgorithmId.Ecdh or AlgorithmId.EcMqv =>
                ReadHash(scheme, "scheme.details.hashAlg", ref reader),
            AlgorithmId.Ecdaa => new AsymmetricScheme(scheme, reader.ReadHash("scheme.details.hashAlg"), reader.ReadUInt16("scheme.details.count")),
            _ => throw reader.RefuseAlgorithm("scheme.scheme", scheme, "not a scheme of ECC"),
        };
    }

    internal static AsymmetricScheme ReadKdf(ref TpmReader reader)
    {
        var scheme = reader.ReadAlgorithm("kdf.scheme");
        return scheme switch
        {
            AlgorithmId.Null => None,
            AlgorithmId.Mgf1 or AlgorithmId.Kdf1Sp800_56A or AlgorithmId.Kdf2 or AlgorithmId.Kdf1Sp800_108 =>
                ReadHash(scheme, "kdf.details.hashAlg", ref reader),
            _ => throw reader.RefuseAlgorithm("kdf.scheme", scheme, "not a key derivation"),
        };
    }

    internal void Write(ref TpmWriter writer)
    {
        writer.WriteAlgorithm(Scheme);
        if (Scheme is not (AlgorithmId.Null or AlgorithmId.RsaEs))
        {
            writer.WriteAlgorithm(Hash);
        }

        if (Scheme == AlgorithmId.Ecdaa)
        {
            writer.WriteUInt16(Count);
        }
    }

    private static AsymmetricScheme ReadHash(AlgorithmId scheme, string member, ref TpmReader reader) => new(scheme, reader.ReadHash(member));
}
