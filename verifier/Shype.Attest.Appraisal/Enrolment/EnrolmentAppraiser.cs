using System.Security.Cryptography;
using Shype.Attest.Protocol;
using Shype.Attest.Tpm.Types;
using Shype.Attest.Tpm.Wire;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>What the keys and certificates that a host brings say (rules K1 to K3, threat row K14). That it has the keys is for the credential to prove.</summary>
public static class EnrolmentAppraiser
{
    /// <summary>Appraises an enrolment. <paramref name="claimedAkName"/> is the name that the host says its attestation key has, where it says one.</summary>
    public static EnrolmentAppraisal Appraise(
        EnrolmentRequest request, EkCertificatePolicy policy, DateTimeOffset now, ReadOnlyMemory<byte>? claimedAkName = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policy);
        List<Finding> findings = [];
        if (HostNameRules.Problem(request.HostName) is { } problem)
        {
            findings.Add(new(FindingCode.HostNameRefused, "host name", Detail: problem));
        }

        var ek = EkStep.Read(request.EkPublic, findings);
        var verdict = EkStep.CheckCertificates(ek, request, policy, now, findings);
        var ak = AkStep.Read(request.AkPublic, findings);
        AkCertificateStep.Check(ak, request.AkCertificates, policy, now, findings);
        var name = ak is null ? null : TpmName.Of(ak);
        if (claimedAkName is { } claimed && name is not null && !claimed.Span.SequenceEqual(name.Bytes.Span))
        {
            findings.Add(new(FindingCode.AkNameMismatch, "attestation key", Expected: name.ToString(), Found: Convert.ToHexStringLower(claimed.Span)));
        }

        return new()
        {
            Findings = Finding.InOrder(findings),
            EndorsementKey = ek,
            EkDigest = SHA256.HashData(request.EkPublic),
            AttestationKey = ak,
            AkName = name,
            EkCertificate = verdict?.Certificate,
            Issuer = verdict?.Issuer,
            Tpm = verdict?.Tpm,
        };
    }

    internal static PublicArea? ReadPublic(byte[] bytes, FindingCode malformed, string subject, List<Finding> findings)
    {
        if (TpmWire.TryParseSized<PublicArea>(bytes, out var area, out var problem))
        {
            return area;
        }

        findings.Add(new(malformed, subject, Detail: problem.ToString()));
        return null;
    }
}
