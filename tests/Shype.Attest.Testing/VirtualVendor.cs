using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace Shype.Attest.Testing;

/// <summary>A TPM vendor of our own: root, intermediate and endorsement key certificates, valid unless a test takes one thing away.</summary>
public sealed class VirtualVendor
{
    private static readonly SecureRandom Random = new();
    private static long _serial = 1000;

    /// <summary>A vendor with a fresh root and intermediate.</summary>
    public VirtualVendor(string name = "Virtual TPM Vendor")
    {
        Name = name;
        RootName = new X509Name($"CN={name} Root,O={name}");
        IntermediateName = new X509Name($"CN={name} Intermediate 1,O={name}");
        Root = Issue(new CertificateSpec { Subject = RootName, Key = RootKey.Public, Issuer = RootName, IssuerKey = RootKey.Private, Authority = true, PathLength = 1 });
        Intermediate = IssueIntermediate();
    }

    /// <summary>When everything of this vendor begins to be valid.</summary>
    public static DateTimeOffset ValidFrom { get; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When it ends.</summary>
    public static DateTimeOffset ValidTo { get; } = new(2044, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The root's name.</summary>
    public X509Name RootName { get; }

    /// <summary>The intermediate's name.</summary>
    public X509Name IntermediateName { get; }

    /// <summary>The root, DER.</summary>
    public byte[] Root { get; }

    /// <summary>The intermediate, DER.</summary>
    public byte[] Intermediate { get; }

    /// <summary>The root's key.</summary>
    public AsymmetricCipherKeyPair RootKey { get; } = NewEcKey();

    /// <summary>The intermediate's key.</summary>
    public AsymmetricCipherKeyPair IntermediateKey { get; } = NewEcKey();

    /// <summary>A fresh P-256 key.</summary>
    public static AsymmetricCipherKeyPair NewEcKey()
    {
        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(Org.BouncyCastle.Asn1.Sec.SecObjectIdentifiers.SecP256r1, Random));
        return generator.GenerateKeyPair();
    }

    /// <summary>An intermediate, changed by the test.</summary>
    public byte[] IssueIntermediate(Func<CertificateSpec, CertificateSpec>? change = null)
    {
        var spec = new CertificateSpec
        {
            Subject = IntermediateName, Key = IntermediateKey.Public, Issuer = RootName, IssuerKey = RootKey.Private, Authority = true, PathLength = 0,
        };
        return Issue(change?.Invoke(spec) ?? spec);
    }

    /// <summary>An endorsement key's certificate by the intermediate, changed by the test.</summary>
    public byte[] IssueEk(AsymmetricKeyParameter key, Func<CertificateSpec, CertificateSpec>? change = null)
    {
        var spec = new CertificateSpec
        {
            Subject = new X509Name(Array.Empty<DerObjectIdentifier>(), Array.Empty<string>()),
            Key = key,
            Issuer = IntermediateName,
            IssuerKey = IntermediateKey.Private,
            AlternativeName = new X509Name("2.23.133.2.3=id:20240101,2.23.133.2.2=VTPM,2.23.133.2.1=id:53485950"),
            Usages = ["2.23.133.8.1"],
        };
        return Issue(change?.Invoke(spec) ?? spec);
    }

    /// <summary>The certificate that a specification describes, whether it makes sense or not.</summary>
    public static byte[] Issue(CertificateSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(BigInteger.ValueOf(Interlocked.Increment(ref _serial)));
        generator.SetIssuerDN(spec.Issuer);
        generator.SetSubjectDN(spec.Subject);
        generator.SetNotBefore(spec.NotBefore.UtcDateTime);
        generator.SetNotAfter(spec.NotAfter.UtcDateTime);
        generator.SetPublicKey(spec.Key);
        if (spec.Authority is { } authority)
        {
            generator.AddExtension(X509Extensions.BasicConstraints, true,
                authority && spec.PathLength is { } length ? new BasicConstraints(length) : new BasicConstraints(authority));
        }

        if (spec.AlternativeName is { } name)
        {
            generator.AddExtension(X509Extensions.SubjectAlternativeName, true, new GeneralNames(new GeneralName(name)));
        }

        if (spec.Usages is { } usages)
        {
            generator.AddExtension(X509Extensions.ExtendedKeyUsage, false, new DerSequence(usages.Select(oid => (Asn1Encodable)new DerObjectIdentifier(oid)).ToArray()));
        }

        foreach (var (oid, critical, value) in spec.Extensions)
        {
            generator.AddExtension(new DerObjectIdentifier(oid), critical, value);
        }

        return generator.Generate(new Asn1SignatureFactory(spec.Signature, spec.IssuerKey, Random)).GetEncoded();
    }
}

/// <summary>What a certificate of a <see cref="VirtualVendor"/> shall say.</summary>
public sealed record CertificateSpec
{
    /// <summary>Its subject.</summary>
    public required X509Name Subject { get; init; }

    /// <summary>Its key.</summary>
    public required AsymmetricKeyParameter Key { get; init; }

    /// <summary>The name of its issuer.</summary>
    public required X509Name Issuer { get; init; }

    /// <summary>The key that signs it.</summary>
    public required AsymmetricKeyParameter IssuerKey { get; init; }

    /// <summary>The signature algorithm.</summary>
    public string Signature { get; init; } = "SHA256withECDSA";

    /// <summary>Valid from.</summary>
    public DateTimeOffset NotBefore { get; init; } = VirtualVendor.ValidFrom;

    /// <summary>Valid to.</summary>
    public DateTimeOffset NotAfter { get; init; } = VirtualVendor.ValidTo;

    /// <summary>basicConstraints' CA flag; null leaves the extension out.</summary>
    public bool? Authority { get; init; } = false;

    /// <summary>Its path length.</summary>
    public int? PathLength { get; init; }

    /// <summary>The TPM's names.</summary>
    public X509Name? AlternativeName { get; init; }

    /// <summary>Extended key usages; null leaves the extension out.</summary>
    public IReadOnlyList<string>? Usages { get; init; }

    /// <summary>Further extensions.</summary>
    public IReadOnlyList<(string Oid, bool Critical, Asn1Encodable Value)> Extensions { get; init; } = [];
}
