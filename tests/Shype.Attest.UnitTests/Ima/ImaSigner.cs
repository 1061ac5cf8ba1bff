using System.Buffers.Binary;
using System.Security.Cryptography;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.UnitTests.Ima;

/// <summary>Signs digests of files as evmctl does.</summary>
internal sealed class ImaSigner(AsymmetricAlgorithm key)
{
    public string Pem => new(PemEncoding.Write("PUBLIC KEY", key.ExportSubjectPublicKeyInfo()));

    public static ImaSigner Rsa { get; } = new(RSA.Create(2048));

    public static ImaSigner Ecdsa { get; } = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>security.ima of a file: type, version, hash, key id, size, signature.</summary>
    public byte[] Sign(ReadOnlySpan<byte> digest, bool isVerity = false)
    {
        var hash = isVerity ? SHA256.HashData([6, 4, .. digest]) : digest.ToArray();
        var signature = key is RSA rsa
            ? rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : ((ECDsa)key).SignHash(hash, DSASignatureFormat.Rfc3279DerSequence);
        var size = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(size, (ushort)signature.Length);
        var bits = new System.Formats.Asn1.AsnReader(key.ExportSubjectPublicKeyInfo(), System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        bits.ReadSequence();
        return [isVerity ? (byte)6 : (byte)3, isVerity ? (byte)3 : (byte)2, 4, .. AlgorithmId.Sha1.Hash(bits.ReadBitString(out _))[^4..], .. size, .. signature];
    }

    public byte[] SignFile(string content) => Sign(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
}
