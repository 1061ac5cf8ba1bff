using Shype.Attest.Protocol;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>What a host's keys and certificates say (rules K1 to K3 and K14).</summary>
public static class EnrolmentAppraiser
{
    /// <summary>Appraises an enrolment. <paramref name="claimedAkName"/> is the name that the host says its attestation key has, where it says one.</summary>
    public static EnrolmentAppraisal Appraise(
        EnrolmentRequest request, EkCertificatePolicy policy, DateTimeOffset now, ReadOnlyMemory<byte>? claimedAkName = null) =>
        throw new NotImplementedException(request?.HostName + policy + now + claimedAkName);
}

/// <summary>The verdict on an enrolment.</summary>
public sealed record EnrolmentAppraisal
{
    /// <summary>Everything that was found, most important first; warnings must be repeated in every verdict on the host.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Whether the host may be challenged to prove that it has the keys.</summary>
    public bool IsAcceptable => !Findings.Any(finding => finding.IsFailure);

    /// <summary>SHA-256 of the endorsement key's TPM2B_PUBLIC: what the same TPM is known by.</summary>
    public required byte[] EkDigest { get; init; }

    /// <summary>The name of the anchor that vouches for the endorsement key.</summary>
    public string? Issuer { get; init; }
}
