using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Client;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Agent.Keys;

/// <summary>Who made this TPM, and its endorsement key: the template is that of the certificate which the maker left in NV.</summary>
/// <param name="Template">The template of the key.</param>
/// <param name="Certificates">The certificates as NV has them; none where the maker left none.</param>
/// <param name="Public">The key as TPM2B_PUBLIC.</param>
public sealed record EndorsementIdentity(PublicArea Template, IReadOnlyList<byte[]> Certificates, byte[] Public)
{
    /// <summary>Reads certificate and key.</summary>
    public static EndorsementIdentity Read(TpmClient tpm)
    {
        // P-256 first: such a key is made in milliseconds, where RSA takes a chip seconds.
        var (template, certificate) = NvCertificate.Read(tpm, Handle.EkEccCertificateIndex) is { } ecc
            ? (KeyTemplates.EkEccP256, ecc)
            : NvCertificate.Read(tpm, Handle.EkRsaCertificateIndex) is { } rsa ? (KeyTemplates.EkRsa2048, rsa) : (KeyTemplates.EkEccP256, null);
        if (certificate?.Length > ProtocolLimits.MaxEkCertificateBytes)
        {
            throw new AgentException(
                ExitCode.CouldNot,
                $"the TPM's certificate has {certificate.Length} bytes, {ProtocolLimits.MaxEkCertificateBytes} are allowed ({nameof(ProtocolLimits.MaxEkCertificateBytes)})");
        }

        using var key = EndorsementKey.Create(tpm, template);
        return new EndorsementIdentity(template, certificate is null ? [] : [certificate], TpmWire.ToSizedBytes(key.Public));
    }
}
