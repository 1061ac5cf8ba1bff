using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Security;
using Shype.Attest.Protocol;
using Shype.Attest.Testing;
using Shype.Attest.Testing.World;
using Shype.Attest.Tpm.Crypto;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;
using Xunit;

namespace Shype.Attest.ServiceTests.Verifier;

/// <summary>
/// Keys that a test may do with as it likes, as an attacker's software does: an endorsement key on P-256 that opens credentials
/// (TPM 2.0 Part 1, 24), and an attestation key. What a real TPM makes of credentials is tested with real emulators.
/// </summary>
internal sealed class SoftwareTpm(PublicArea? ak = null) : IDisposable
{
    private readonly ECDiffieHellman _ek = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    public VirtualAk Ak { get; } = new(AkKind.EcdsaP256);

    public PublicArea EkPublic
    {
        get
        {
            var point = _ek.ExportParameters(false).Q;
            return KeyTemplates.EkEccP256 with { Unique = new EccUnique(point.X!, point.Y!) };
        }
    }

    public PublicArea AkPublic => ak ?? Ak.Public;

    public TpmName AkName => TpmName.Of(AkPublic);

    public byte[] EkDigest => SHA256.HashData(TpmWire.ToSizedBytes(EkPublic));

    /// <summary>The endorsement key with its private half, which no TPM gives away.</summary>
    public AsymmetricCipherKeyPair EkPair =>
        new(PublicKeyFactory.CreateKey(_ek.ExportSubjectPublicKeyInfo()), PrivateKeyFactory.CreateKey(_ek.ExportPkcs8PrivateKey()));

    public byte[] Certificate(VirtualVendor vendor) => vendor.IssueEk(EkPair.Public);

    public EnrolmentRequest Request(VirtualVendor vendor, string name) => Request(name, [Certificate(vendor), vendor.Intermediate]);

    public EnrolmentRequest Request(string name, IReadOnlyList<byte[]> certificates) => new()
    {
        HostName = name,
        EkCertificates = certificates,
        EkPublic = TpmWire.ToSizedBytes(EkPublic),
        AkPublic = TpmWire.ToSizedBytes(AkPublic),
    };

    /// <summary>TPM2_ActivateCredential.</summary>
    public byte[] Open(EnrolmentChallenge challenge)
    {
        var encrypted = new TpmReader(challenge.EncryptedSecret);
        var size = encrypted.ReadUInt16("size");
        var x = encrypted.ReadSized("x", 32).ToArray();
        var y = encrypted.ReadSized("y", 32).ToArray();
        Assert.Equal(challenge.EncryptedSecret.Length - 2, size);
        using var theirs = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        var z = _ek.DeriveRawSecretAgreement(theirs.PublicKey);
        var seed = Kdf.KdfE(AlgorithmId.Sha256, z, "IDENTITY", x, _ek.ExportParameters(false).Q.X!, 256);

        var blob = challenge.CredentialBlob.AsSpan(2);
        var mac = blob.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(blob));
        var sealedSecret = blob[(2 + mac.Length)..].ToArray();
        var macKey = Kdf.KdfA(AlgorithmId.Sha256, seed, "INTEGRITY", [], [], 256);
        Assert.Equal(HMACSHA256.HashData(macKey, (byte[])[.. sealedSecret, .. AkName.Bytes.Span]), mac.ToArray());
        AesCfb.Decrypt(Kdf.KdfA(AlgorithmId.Sha256, seed, "STORAGE", AkName.Bytes.Span, [], 128), new byte[16], sealedSecret);
        return sealedSecret[2..];
    }

    public EnrolmentActivation Answer(EnrolmentChallenge challenge) =>
        new() { Proof = EnrolmentProof.Proof(Open(challenge), challenge.EnrolmentId, AkName.Bytes.Span, EkDigest) };

    /// <summary>The same TPM with a new attestation key.</summary>
    public SoftwareTpm WithNewAttestationKey()
    {
        var other = new SoftwareTpm();
        other._ek.ImportParameters(_ek.ExportParameters(true));
        return other;
    }

    public void Dispose() => _ek.Dispose();
}
