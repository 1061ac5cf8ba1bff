using Shype.Attest.Tpm.Types;

namespace Shype.Attest.Appraisal.Enrolment;

/// <summary>The verdict on an enrolment.</summary>
public sealed record EnrolmentAppraisal
{
    /// <summary>Everything that was found, most important first; warnings must be repeated in every verdict on the host.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Whether the host may be challenged to prove that it has the keys.</summary>
    public bool IsAcceptable => EndorsementKey is not null && AttestationKey is not null && !Findings.Any(finding => finding.IsFailure);

    /// <summary>The endorsement key, where it could be read.</summary>
    public PublicArea? EndorsementKey { get; init; }

    /// <summary>SHA-256 of the endorsement key's TPM2B_PUBLIC: what the same TPM is known by.</summary>
    public required byte[] EkDigest { get; init; }

    /// <summary>The attestation key, where it could be read.</summary>
    public PublicArea? AttestationKey { get; init; }

    /// <summary>The attestation key's name, as computed here.</summary>
    public TpmName? AkName { get; init; }

    /// <summary>The endorsement key's certificate, DER without header and padding, where there is a good one.</summary>
    public byte[]? EkCertificate { get; init; }

    /// <summary>The name of the anchor that vouches for the endorsement key.</summary>
    public string? Issuer { get; init; }

    /// <summary>What the endorsement key's certificate says about its TPM.</summary>
    public TpmDescription? Tpm { get; init; }
}
