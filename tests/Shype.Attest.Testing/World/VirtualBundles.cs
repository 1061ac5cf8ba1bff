using System.Security.Cryptography;
using Shype.Attest.Appraisal.References;
using Shype.Attest.Appraisal.References.Corim;

namespace Shype.Attest.Testing.World;

/// <summary>Bundles of reference values and a maker who signs them.</summary>
public static class VirtualBundles
{
    /// <summary>The maker's key.</summary>
    public static ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The maker, as a verifier knows them.</summary>
    public static ReferenceSigner Maker { get; } = SignerOf("maker", Key);

    /// <summary>A bundle that calls good what <see cref="VirtualReferences"/> does.</summary>
    public static ReferenceBundle Bundle { get; } = new() { Name = "fleet", Sequence = 7, Origin = "the maker, build 7", Signer = Maker, Content = VirtualReferences.Set };

    /// <summary>The public half of a key as signer.</summary>
    public static ReferenceSigner SignerOf(string name, AsymmetricAlgorithm key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ReferenceSigner.TryCreate(name, key.ExportSubjectPublicKeyInfo(), out var signer, out var problem) ? signer : throw new ArgumentException(problem, nameof(key));
    }

    /// <summary>A bundle signed by its maker, or by another key.</summary>
    public static byte[] Sign(ReferenceBundle bundle, AsymmetricAlgorithm? key = null) => SignedBundle.Sign(CorimWriter.Write(bundle), key ?? Key);
}
