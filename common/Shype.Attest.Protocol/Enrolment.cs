using System.Text.Json.Serialization;

namespace Shype.Attest.Protocol;

/// <summary>A host asks to be known: its TPM's endorsement key with certificates, and the attestation key made under it.</summary>
public sealed record EnrolmentRequest
{
    /// <summary>The name that people use for the host.</summary>
    public required string HostName { get; init; }

    /// <summary>Endorsement key certificates, DER as the TPM's NV gives them, leaf first, then intermediates.</summary>
    public required IReadOnlyList<byte[]> EkCertificates { get; init; }

    /// <summary>The endorsement key, TPM2B_PUBLIC.</summary>
    public required byte[] EkPublic { get; init; }

    /// <summary>The attestation key, TPM2B_PUBLIC.</summary>
    public required byte[] AkPublic { get; init; }

    /// <summary>Certificates of the attestation key, DER, its own first, where somebody certified it: an IAK's, or a cloud's.</summary>
    public IReadOnlyList<byte[]> AkCertificates { get; init => field = value ?? []; } = [];
}

/// <summary>A credential that only the TPM with this endorsement key and this attestation key can open (TPM2_ActivateCredential).</summary>
public sealed record EnrolmentChallenge
{
    /// <summary>Names this enrolment.</summary>
    public required string EnrolmentId { get; init; }

    /// <summary>The id that the host gets when it answers.</summary>
    public required string HostId { get; init; }

    /// <summary>TPM2B_ID_OBJECT.</summary>
    public required byte[] CredentialBlob { get; init; }

    /// <summary>TPM2B_ENCRYPTED_SECRET.</summary>
    public required byte[] EncryptedSecret { get; init; }

    /// <summary>After this moment an answer is refused.</summary>
    public required DateTimeOffset Expires { get; init; }
}

/// <summary>The answer to an <see cref="EnrolmentChallenge"/>: <see cref="EnrolmentProof.Proof"/> made with the secret, never the secret.</summary>
public sealed record EnrolmentActivation
{
    /// <summary>The proof, 32 bytes.</summary>
    public required byte[] Proof { get; init; }

    /// <summary>The token of an invitation; shown only after the TPM has proven its keys, and never kept.</summary>
    public string? Invitation { get; init; }
}

/// <summary>The end of an enrolment.</summary>
public sealed record EnrolmentResult
{
    /// <summary>The host's id: the same endorsement key always gets the same one.</summary>
    public required string HostId { get; init; }

    /// <summary>Whether an administrator still has to approve.</summary>
    public required HostState State { get; init; }
}

/// <summary>Where a host stands with the verifier.</summary>
public enum HostState
{
    /// <summary>Enrolled, waits for approval.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Approved.</summary>
    [JsonStringEnumMemberName("enrolled")]
    Enrolled,

    /// <summary>Refused for good, until an administrator changes it.</summary>
    [JsonStringEnumMemberName("revoked")]
    Revoked,
}
