namespace Shype.Attest.Protocol;

/// <summary>A host in a list, as an operator sees it.</summary>
public sealed record HostSummary
{
    /// <summary>The host's id; it follows from the endorsement key.</summary>
    public required string Id { get; init; }

    /// <summary>The name that people use for it.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands with the verifier.</summary>
    public required HostState State { get; init; }

    /// <summary>The tier of its last verdict; a verdict of the past, never an answer to "now".</summary>
    public required TrustTier Status { get; init; }

    /// <summary>When it last showed evidence; null when it never did.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>The boot of the last evidence.</summary>
    public string? Boot { get; init; }

    /// <summary>SHA-256 (hex) of the endorsement key's TPM2B_PUBLIC.</summary>
    public required string EkFingerprint { get; init; }

    /// <summary>How many VMs ran by the last evidence.</summary>
    public required int Vms { get; init; }

    /// <summary>Whether its agent is connected, so that it can be asked for a fresh quote.</summary>
    public required bool Connected { get; init; }

    /// <summary>The group whose appraisal policy is for it.</summary>
    public string Group { get; init; } = "default";

    /// <summary>What the watch holds of it.</summary>
    public WatchStatus? Watch { get; init; }
}

/// <summary>Hosts in the order of their ids.</summary>
public sealed record HostList
{
    /// <summary>The hosts.</summary>
    public required IReadOnlyList<HostSummary> Hosts { get; init; }

    /// <summary>Where the next page starts (parameter <c>after</c>); null on the last one.</summary>
    public string? Next { get; init; }
}

/// <summary>One host with all that the verifier keeps about it.</summary>
public sealed record HostDetail
{
    /// <summary>The host as in a list.</summary>
    public required HostSummary Host { get; init; }

    /// <summary>When it enrolled first.</summary>
    public required DateTimeOffset Enrolled { get; init; }

    /// <summary>SHA-256 (hex) of the endorsement key's TPM2B_PUBLIC.</summary>
    public required string EkDigest { get; init; }

    /// <summary>The attestation key's TPM name in hex.</summary>
    public required string AkName { get; init; }

    /// <summary>Who certified the endorsement key; null where nobody did.</summary>
    public string? EkIssuer { get; init; }

    /// <summary>What the certificate says about the TPM; null where there is none.</summary>
    public TpmClaims? Tpm { get; init; }

    /// <summary>What enrolment found about keys and certificates, or the last change of trust; every verdict repeats it.</summary>
    public IReadOnlyList<ResultFinding> EnrolmentFindings { get; init => field = value ?? []; } = [];

    /// <summary>Why it was revoked.</summary>
    public string? Reason { get; init; }

    /// <summary>The VMs of the last evidence.</summary>
    public required IReadOnlyList<ResultVm> Vms { get; init; }
}

/// <summary>An operator revokes a host.</summary>
public sealed record RevokeRequest
{
    /// <summary>Why; it is kept and shown.</summary>
    public required string Reason { get; init; }
}

/// <summary>An operator puts a host into a group.</summary>
public sealed record GroupRequest
{
    /// <summary>The group.</summary>
    public required string Group { get; init; }
}

/// <summary>One version of a group's appraisal policy.</summary>
public sealed record AppraisalPolicySummary
{
    /// <summary>The group.</summary>
    public required string Group { get; init; }

    /// <summary>The version, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>The document's name.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 (hex) of the document, as results name it.</summary>
    public required string Digest { get; init; }

    /// <summary>When it was put in force.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who did.</summary>
    public required string By { get; init; }
}

/// <summary>All versions of all appraisal policies, by group and version; the last of each group is in force.</summary>
public sealed record AppraisalPolicyList
{
    /// <summary>The versions.</summary>
    public required IReadOnlyList<AppraisalPolicySummary> Policies { get; init; }
}
