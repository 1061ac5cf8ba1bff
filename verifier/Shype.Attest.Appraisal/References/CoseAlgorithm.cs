using System.Security.Cryptography;
using System.Security.Cryptography.Cose;

namespace Shype.Attest.Appraisal.References;

/// <summary>A signature algorithm of COSE (RFC 9053 2.1, RFC 8230 2) that bundles may be signed with. No others: not PKCS#1 v1.5, not SHA-1, not "direct".</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record CoseAlgorithm(int Id, string Name, HashAlgorithmName Hash)
{
    /// <summary>The algorithm with this number, if it is taken.</summary>
    public static CoseAlgorithm? Find(int id) => All.FirstOrDefault(algorithm => algorithm.Id == id);

    /// <summary>The algorithm that a key signs with by default; null for a key that may not sign.</summary>
    public static CoseAlgorithm? Of(AsymmetricAlgorithm key) => key switch
    {
        // RFC 9053 2.1 leaves the curve open; one curve for each hash keeps a signature from being two things.
        ECDsa curve => curve.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value switch
        {
            "1.2.840.10045.3.1.7" => Find(-7),
            "1.3.132.0.34" => Find(-35),
            "1.3.132.0.35" => Find(-36),
            _ => null,
        },
        RSA { KeySize: >= 2048 and <= 8192 } => Find(-37),
        _ => null,
    };

    /// <summary>Whether a key may have made a signature with this algorithm.</summary>
    public bool Fits(AsymmetricAlgorithm key) => key is RSA ? Of(key) is not null && Id is -37 or -38 or -39 : Of(key) == this;

    /// <summary>A signer with a private key.</summary>
    public CoseSigner Signer(AsymmetricAlgorithm key, CoseHeaderMap protectedHeaders) => key is RSA rsa
        ? new CoseSigner(rsa, RSASignaturePadding.Pss, Hash, protectedHeaders)
        : new CoseSigner(key, Hash, protectedHeaders);

    private static readonly CoseAlgorithm[] All =
    [
        new(-7, "ES256", HashAlgorithmName.SHA256), new(-35, "ES384", HashAlgorithmName.SHA384), new(-36, "ES512", HashAlgorithmName.SHA512),
        new(-37, "PS256", HashAlgorithmName.SHA256), new(-38, "PS384", HashAlgorithmName.SHA384), new(-39, "PS512", HashAlgorithmName.SHA512),
    ];
}
