using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using Org.BouncyCastle.X509;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>Certificates as TPMs store them: a header before, padding behind, encodings that are not quite DER.</summary>
internal static class EkCertificateReader
{
    /// <summary>Those that can be read; a finding for each other.</summary>
    public static List<EkCertificate> ReadAll(IReadOnlyList<byte[]> stored, string what, List<Finding> findings)
    {
        List<EkCertificate> certificates = [];
        for (var i = 0; i < stored.Count; i++)
        {
            if (TryRead(stored[i], out var certificate, out var problem))
            {
                certificates.Add(certificate);
            }
            else
            {
                findings.Add(new Finding(FindingCode.EkCertificateMalformed, $"{what} {i}", Detail: problem));
            }
        }

        return certificates;
    }

    public static bool TryRead(ReadOnlyMemory<byte> stored, [NotNullWhen(true)] out EkCertificate? certificate, [NotNullWhen(false)] out string? problem)
    {
        certificate = null;
        problem = null;
        try
        {
            var bytes = SkipNvHeader(stored);
            // The outer SEQUENCE says where the certificate ends; NV indices are filled up with 00, 11 or FF behind it.
            AsnDecoder.ReadSequence(bytes.Span, AsnEncodingRules.BER, out _, out _, out var length);
            var encoded = bytes[..length];
            var outer = new AsnReader(encoded, AsnEncodingRules.BER).ReadSequence();
            var signed = outer.ReadEncodedValue();
            certificate = new EkCertificate(new X509CertificateParser().ReadCertificate(encoded.ToArray()), encoded, signed);
            // Forces what is read late, so that a bad certificate is refused here and not in the middle of a check.
            _ = certificate.Certificate.GetPublicKey();
            _ = certificate.Certificate.GetCriticalExtensionOids();
            _ = certificate.Certificate.GetBasicConstraints();
            _ = certificate.Certificate.GetKeyUsage();
            _ = certificate.Certificate.GetSubjectAlternativeNameExtension()?.GetNames();
            _ = (certificate.Certificate.NotBefore, certificate.Certificate.NotAfter, certificate.Certificate.SigAlgName);
            _ = (certificate.Purposes, certificate.Name, certificate.Certificate.IssuerDN.ToString());
            return true;
        }
        catch (Exception refused) when (IsAboutContent(refused))
        {
            certificate = null;
            problem = refused.Message;
            return false;
        }
    }

    // What BouncyCastle and the ASN.1 reader throw on bytes that are no certificate; anything else is our own fault and shall be seen.
    internal static bool IsAboutContent(Exception refused) => refused
        is AsnContentException or ArgumentException or InvalidOperationException or FormatException or IOException or InvalidCastException
        or IndexOutOfRangeException or ArithmeticException or NotSupportedException
        or Org.BouncyCastle.Security.SecurityUtilityException or Org.BouncyCastle.Security.GeneralSecurityException or Org.BouncyCastle.Crypto.CryptoException;

    // TCG PC Client Specific Implementation 1.21, 7.4.1: tag 1001, type 00, length, then tag 1002 for a full certificate.
    private static ReadOnlyMemory<byte> SkipNvHeader(ReadOnlyMemory<byte> stored)
    {
        var span = stored.Span;
        if (span.Length < HeaderSize || BinaryPrimitives.ReadUInt16BigEndian(span) != 0x1001 || BinaryPrimitives.ReadUInt16BigEndian(span[5..]) != 0x1002)
        {
            return stored;
        }

        return span[2] == 0 ? stored[HeaderSize..] : throw new FormatException($"stored certificate type {span[2]} is not a full certificate");
    }

    private const int HeaderSize = 7;
}

/// <summary>A certificate with the bytes that it came as: signatures are checked over these, never over a new encoding.</summary>
internal sealed record EkCertificate(X509Certificate Certificate, ReadOnlyMemory<byte> Encoded, ReadOnlyMemory<byte> Signed)
{
    public string Name => Certificate.SubjectDN.ToString() is { Length: > 0 } name ? name : "the key's certificate";

    /// <summary>Extended key usages; null where there is no such extension.</summary>
    public IReadOnlyList<string>? Purposes => Certificate.GetExtendedKeyUsage()?.Select(oid => oid.Id).ToList();

    public bool IsSelfIssued => Certificate.SubjectDN.Equivalent(Certificate.IssuerDN);
}
