using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Measurement.Ima;

/// <summary>A key that file signatures are checked with. Whether it is to be trusted, and until when, is for who gives it.</summary>
public sealed class ImaKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private ImaKey(AsymmetricAlgorithm key, ReadOnlySpan<byte> subjectKeyId)
    {
        _key = key;
        // The kernel names keys by the certificate's subject key identifier, evmctl by the SHA-1 of the key itself (RFC 5280 4.2.1.2, method 1): mostly the same.
        KeyId = IdOf(AlgorithmId.Sha1.Hash(BitStringOf(key.ExportSubjectPublicKeyInfo())));
        OtherKeyId = subjectKeyId.Length >= sizeof(uint) ? IdOf(subjectKeyId) : KeyId;
    }

    /// <summary>The last four bytes of the SHA-1 hash of the key.</summary>
    public uint KeyId { get; }

    /// <summary>The last four bytes of the certificate's subject key identifier.</summary>
    public uint OtherKeyId { get; }

    /// <summary>Reads one file of keys: certificates and public keys in PEM, or one of either in DER.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out IReadOnlyList<ImaKey>? keys, [NotNullWhen(false)] out string? problem)
    {
        var found = new List<ImaKey>();
        keys = null;
        problem = null;
        try
        {
            if (file.Length > MeasurementLimits.MaxImaKeyBytes)
            {
                problem = $"has {file.Length} bytes, {MeasurementLimits.MaxImaKeyBytes} are allowed ({nameof(MeasurementLimits.MaxImaKeyBytes)})";
            }
            else if (file.IndexOf("-----BEGIN "u8) >= 0)
            {
                problem = ReadPem(Encoding.ASCII.GetString(file), found);
            }
            else
            {
                found.Add(X509Certificate2.GetCertContentType(file) == X509ContentType.Cert ? OfCertificate(file) : OfPublicKey(file));
            }
        }
        catch (Exception refused) when (refused is CryptographicException or AsnContentException)
        {
            problem = "holds no certificate or public key (RSA, or an elliptic curve) that can be read";
        }

        problem ??= found.Count == 0 ? "holds no certificate and no public key" : null;
        keys = problem is null ? found : null;
        return keys is not null;
    }

    /// <summary>Whether a signature over a hash is by this key: RSA PKCS#1 v1.5, or ECDSA in DER.</summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, AlgorithmId algorithm) => _key switch
    {
        RSA rsa => rsa.VerifyHash(hash, signature, algorithm.ToHashAlgorithmName(), RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => ecdsa.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence),
        _ => false,
    };

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static string? ReadPem(ReadOnlySpan<char> text, List<ImaKey> found)
    {
        while (PemEncoding.TryFind(text, out var fields))
        {
            if (found.Count == MeasurementLimits.MaxImaKeys)
            {
                return $"holds more than {MeasurementLimits.MaxImaKeys} keys ({nameof(MeasurementLimits.MaxImaKeys)})";
            }

            var der = Convert.FromBase64String(text[fields.Base64Data].ToString());
            switch (text[fields.Label])
            {
                case "CERTIFICATE":
                    found.Add(OfCertificate(der));
                    break;
                case "PUBLIC KEY":
                    found.Add(OfPublicKey(der));
                    break;
                default:
                    return $"holds '{text[fields.Label]}'; certificates and public keys are needed";
            }

            text = text[fields.Location.End..];
        }

        return null;
    }

    private static ImaKey OfCertificate(ReadOnlySpan<byte> der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        var id = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault();
        return new ImaKey(
            certificate.GetRSAPublicKey() ?? (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? throw new CryptographicException("of another kind"),
            id is null ? default : id.SubjectKeyIdentifierBytes.Span);
    }

    private static ImaKey OfPublicKey(ReadOnlySpan<byte> der)
    {
        var info = new AsnReader(der.ToArray(), AsnEncodingRules.DER).ReadSequence().ReadSequence();
        AsymmetricAlgorithm key = info.ReadObjectIdentifier() == RsaEncryption ? RSA.Create() : ECDsa.Create();
        try
        {
            if (key is RSA rsa)
            {
                rsa.ImportSubjectPublicKeyInfo(der, out _);
            }
            else
            {
                ((ECDsa)key).ImportSubjectPublicKeyInfo(der, out _);
            }

            return new ImaKey(key, default);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static byte[] BitStringOf(byte[] info)
    {
        var fields = new AsnReader(info, AsnEncodingRules.DER).ReadSequence();
        fields.ReadSequence();
        return fields.ReadBitString(out _);
    }

    private static uint IdOf(ReadOnlySpan<byte> id) => BinaryPrimitives.ReadUInt32BigEndian(id[^sizeof(uint)..]);

    private const string RsaEncryption = "1.2.840.113549.1.1.1";
}
