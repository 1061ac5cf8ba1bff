using System.Security.Cryptography;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>One certificate of a path, for a person.</summary>
/// <param name="Subject">Whose it is.</param>
/// <param name="NotBefore">Valid from.</param>
/// <param name="NotAfter">Valid to.</param>
/// <param name="Algorithm">What it is signed with.</param>
/// <param name="Fingerprint">SHA-256 of the certificate in hex.</param>
/// <param name="IsAnchor">Whether it is trusted by itself.</param>
public sealed record ChainLink(string Subject, DateTimeOffset NotBefore, DateTimeOffset NotAfter, string Algorithm, string Fingerprint, bool IsAnchor)
{
    internal static ChainLink Of(EkCertificate certificate, bool isAnchor) => new(
        certificate.Name,
        new DateTimeOffset(certificate.Certificate.NotBefore, TimeSpan.Zero),
        new DateTimeOffset(certificate.Certificate.NotAfter, TimeSpan.Zero),
        certificate.Certificate.SigAlgName,
        Convert.ToHexStringLower(SHA256.HashData(certificate.Encoded.Span)),
        isAnchor);
}
