using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Security;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>A public key in a file, held against a certificate: TPM2B_PUBLIC, TPMT_PUBLIC, or a public key in PEM.</summary>
public static class EkKeyFile
{
    /// <summary>What speaks against them being of one key; false where the file holds no key.</summary>
    public static bool TryCompare(
        ReadOnlyMemory<byte> file, byte[] certificate, bool isEndorsementKey,
        [NotNullWhen(true)] out IReadOnlyList<Finding>? findings, [NotNullWhen(false)] out string? problem)
    {
        (findings, problem) = (null, null);
        if (!EkCertificateReader.TryRead(certificate, out var read, out problem))
        {
            return false;
        }

        var mismatch = isEndorsementKey
            ? new Finding(FindingCode.EkCertificateKeyMismatch, "endorsement key") : new Finding(FindingCode.AkCertificateKeyMismatch, AkStep.Subject);
        if (TpmWire.TryParseSized<PublicArea>(file.Span, out var area, out var malformed) || TpmWire.TryParse(file.Span, out area, out malformed))
        {
            List<Finding> found = CertifiedKey.Is(read, area) ? [] : [mismatch];
            if (isEndorsementKey && !KeyTemplates.IsEkTemplate(area))
            {
                found.Add(new(FindingCode.EkTemplateUnknown, "endorsement key", Found: area.Attributes.ToString()));
            }

            findings = found;
            return true;
        }

        if (!TryIsSamePem(file.Span, read, out var isSame))
        {
            problem = $"it is neither TPM2B_PUBLIC, TPMT_PUBLIC nor a public key in PEM ({malformed})";
            return false;
        }

        findings = isSame ? [] : [mismatch];
        return true;
    }

    private static bool TryIsSamePem(ReadOnlySpan<byte> file, EkCertificate certificate, out bool isSame)
    {
        isSame = false;
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(file);
        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] is not "PUBLIC KEY")
        {
            return false;
        }

        try
        {
            isSame = PublicKeyFactory.CreateKey(Convert.FromBase64String(text[fields.Base64Data].ToString())).Equals(certificate.Certificate.GetPublicKey());
            return true;
        }
        catch (Exception refused) when (EkCertificateReader.IsAboutContent(refused))
        {
            return false;
        }
    }
}
