using System.Security.Cryptography;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace Shype.Attest.TpmSim.Manufacturing;

/// <summary>
/// A TPM vendor's certificate authority: a root and an intermediate (P-384) in a folder, made at the first use and loaded afterwards. What it vouches for
/// is an emulator, so its root belongs into no verifier that real hosts are enrolled with.
/// </summary>
public sealed class CertificateAuthority
{
    private readonly AuthorityFiles _files;
    private readonly Authority _intermediate;
    private readonly TimeProvider _time;

    private CertificateAuthority(AuthorityFiles files, Authority root, Authority intermediate, TimeProvider time)
    {
        _files = files;
        _intermediate = intermediate;
        _time = time;
        Root = root.Certificate.GetEncoded();
        Intermediate = intermediate.Certificate.GetEncoded();
    }

    /// <summary>The root's certificate, DER.</summary>
    public ReadOnlyMemory<byte> Root { get; }

    /// <summary>The intermediate's certificate, DER.</summary>
    public ReadOnlyMemory<byte> Intermediate { get; }

    /// <summary>The file of the root's certificate: what a verifier is configured with.</summary>
    public string RootPath => _files.Root;

    /// <summary>The file of the intermediate's certificate.</summary>
    public string IntermediatePath => _files.Intermediate;

    /// <summary>The folder with a copy of every certificate issued.</summary>
    public string IssuedFolder => _files.Issued;

    /// <summary>The authority in a folder; a new one where the folder is empty or not there.</summary>
    public static CertificateAuthority Open(string folder, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        time ??= TimeProvider.System;
        var files = new AuthorityFiles(Path.GetFullPath(folder));
        using var held = files.Take();
        if (files.IsEmpty)
        {
            var (newRoot, newIntermediate) = Create(time);
            files.Store(newRoot, newIntermediate);
        }

        var (root, intermediate) = files.Load();
        return new CertificateAuthority(files, root, intermediate, time);
    }

    /// <summary>Certifies an endorsement key as TCG EK Credential Profile 2.5 says, and keeps a copy.</summary>
    /// <param name="subjectPublicKeyInfo">The endorsement key, RSA or ECC: a SubjectPublicKeyInfo, DER.</param>
    /// <param name="identity">What the TPM says of itself.</param>
    /// <param name="serialNumber">The certificate's serial number, 1 to 20 bytes, never used before by this authority.</param>
    /// <returns>The certificate, DER.</returns>
    public byte[] IssueEk(ReadOnlyMemory<byte> subjectPublicKeyInfo, ChipIdentity identity, ReadOnlyMemory<byte> serialNumber)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentOutOfRangeException.ThrowIfZero(serialNumber.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(serialNumber.Length, MaxSerialBytes);
        var key = PublicKeyFactory.CreateKey(subjectPublicKeyInfo.ToArray());
        var certificate = EkCertificateProfile.Issue(key, identity, new BigInteger(1, serialNumber.Span), _intermediate, Today(_time));
        return _files.TryKeep(certificate)
            ? certificate.GetEncoded()
            : throw new SimulatorException($"this authority issued serial number {Convert.ToHexStringLower(serialNumber.Span)} before: take another one");
    }

    private static (Authority Root, Authority Intermediate) Create(TimeProvider time)
    {
        var (rootKey, intermediateKey) = (NewKey(), NewKey());
        // A verifier knows authorities by name: two that share one would be taken for a forgery of each other.
        var mark = Convert.ToHexString(RandomNumberGenerator.GetBytes(4));
        var rootName = new X509Name($"CN=Simulated TPM Root {mark},O=Shype.Attest TPM simulator");
        var name = new X509Name($"CN=Simulated TPM Intermediate {mark},O=Shype.Attest TPM simulator");
        var today = Today(time);
        return (
            new Authority(AuthorityProfile.Issue(rootName, (ECPublicKeyParameters)rootKey.Public, 1, rootName, rootKey, today), (ECPrivateKeyParameters)rootKey.Private),
            new Authority(AuthorityProfile.Issue(name, (ECPublicKeyParameters)intermediateKey.Public, 0, rootName, rootKey, today), (ECPrivateKeyParameters)intermediateKey.Private));
    }

    private static AsymmetricCipherKeyPair NewKey()
    {
        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(SecObjectIdentifiers.SecP384r1, new SecureRandom()));
        return generator.GenerateKeyPair();
    }

    // Midnight: a verifier whose clock is a little behind takes a certificate of today.
    private static DateTime Today(TimeProvider time) => time.GetUtcNow().UtcDateTime.Date;

    // RFC 5280, 4.1.2.2.
    private const int MaxSerialBytes = 20;
}
