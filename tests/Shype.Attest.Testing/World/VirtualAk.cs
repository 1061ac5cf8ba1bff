using System.Security.Cryptography;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Testing.World;

/// <summary>The kinds of attestation keys that hosts have.</summary>
public enum AkKind
{
    /// <summary>RSA-2048, RSASSA, SHA-256.</summary>
    RsaSsa,

    /// <summary>RSA-2048, RSAPSS, SHA-256.</summary>
    RsaPss,

    /// <summary>P-256, SHA-256.</summary>
    EcdsaP256,

    /// <summary>P-384, SHA-384.</summary>
    EcdsaP384,
}

/// <summary>An attestation key in software, with the public area that a TPM would give it. Unlike a TPM's it signs whatever it is given.</summary>
public sealed class VirtualAk
{
    private static readonly Dictionary<AkKind, Lazy<VirtualAk>> Shared =
        Enum.GetValues<AkKind>().ToDictionary(kind => kind, kind => new Lazy<VirtualAk>(() => new VirtualAk(kind)));

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    /// <summary>A fresh key.</summary>
    public VirtualAk(AkKind kind)
    {
        Kind = kind;
        var template = kind switch
        {
            AkKind.RsaSsa => KeyTemplates.AkRsaSsa2048,
            AkKind.RsaPss => KeyTemplates.AkRsaPss2048,
            AkKind.EcdsaP256 => KeyTemplates.AkEcdsaP256,
            _ => KeyTemplates.AkEcdsaP384,
        };
        if (kind is AkKind.RsaSsa or AkKind.RsaPss)
        {
            _rsa = RSA.Create(2048);
            Public = template with { Unique = new BytesUnique(_rsa.ExportParameters(false).Modulus!) };
        }
        else
        {
            _ecdsa = ECDsa.Create(kind == AkKind.EcdsaP256 ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
            var point = _ecdsa.ExportParameters(false).Q;
            Public = template with { Unique = new EccUnique(point.X!, point.Y!) };
        }

        Hash = kind == AkKind.EcdsaP384 ? AlgorithmId.Sha384 : AlgorithmId.Sha256;
        Name = TpmName.Of(Public);
        Key = VerificationKey.TryCreate(Public, out var key, out var problem) ? key : throw new InvalidOperationException(problem.Problem);
    }

    /// <summary>The kind.</summary>
    public AkKind Kind { get; }

    /// <summary>TPMT_PUBLIC.</summary>
    public PublicArea Public { get; }

    /// <summary>The hash of its signatures.</summary>
    public AlgorithmId Hash { get; }

    /// <summary>Its TPM name.</summary>
    public TpmName Name { get; }

    /// <summary>The public key, imported.</summary>
    public VerificationKey Key { get; }

    /// <summary>The qualified name that it has under the endorsement hierarchy.</summary>
    public TpmName QualifiedName => TpmName.QualifiedName(TpmName.OfHandle(Handle.Endorsement), Name);

    /// <summary>One key of a kind for the whole test run: making RSA keys is slow.</summary>
    public static VirtualAk Of(AkKind kind) => Shared[kind].Value;

    /// <summary>A signature over bytes, by another hash than its own where a test wants that.</summary>
    public Signature Sign(ReadOnlySpan<byte> bytes, AlgorithmId? hash = null)
    {
        var algorithm = hash ?? Hash;
        var digest = algorithm.Hash(bytes);
        if (_rsa is not null)
        {
            var padding = Kind == AkKind.RsaSsa ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
            return new RsaSignature(Kind == AkKind.RsaSsa ? AlgorithmId.RsaSsa : AlgorithmId.RsaPss, algorithm,
                _rsa.SignHash(digest, algorithm.ToHashAlgorithmName(), padding));
        }

        var both = _ecdsa!.SignHash(digest);
        return new EcdsaSignature(algorithm, both[..(both.Length / 2)], both[(both.Length / 2)..]);
    }
}
