using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>A host as it is kept.</summary>
internal sealed record HostRecord
{
    /// <summary>The id that follows from the endorsement key.</summary>
    public required string Id { get; init; }

    /// <summary>The name that people use.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required HostState State { get; init; }

    /// <summary>Why it was revoked.</summary>
    public string? Reason { get; init; }

    /// <summary>SHA-256 of the endorsement key's TPM2B_PUBLIC.</summary>
    public required byte[] EkDigest { get; init; }

    /// <summary>Who certified the endorsement key.</summary>
    public string? EkIssuer { get; init; }

    /// <summary>The attestation key, TPM2B_PUBLIC.</summary>
    public required byte[] AkPublic { get; init; }

    /// <summary>The attestation key's TPM name.</summary>
    public required byte[] AkName { get; init; }

    /// <summary>SHA-256 of the agent's token.</summary>
    public required byte[] TokenDigest { get; init; }

    /// <summary>What enrolment found, in JSON (<see cref="Appraisal.Enrolment.StoredFindings"/>).</summary>
    public required string EnrolmentFindings { get; init; }

    /// <summary>The group whose appraisal policy is for it.</summary>
    public string PolicyGroup { get; init; } = Appraisal.Rules.AppraisalPolicy.DefaultGroup;

    /// <summary>Counts the decisions about it: key, state, group, what is said about its certificates.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>When it enrolled first.</summary>
    public required DateTimeOffset EnrolledAt { get; init; }

    /// <summary>When it last showed evidence.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>The tier of the last verdict.</summary>
    public TrustTier Status { get; init; }

    /// <summary>The boot of the last evidence.</summary>
    public string? Boot { get; init; }

    /// <summary>How many VMs ran by the last evidence.</summary>
    public int Vms { get; init; }
}

/// <summary>A host that proved that its attestation key lives in the TPM with this endorsement key.</summary>
internal sealed record HostEnrolment
{
    /// <summary>The host as it shall be kept; an existing one keeps its state and its history.</summary>
    public required HostRecord Host { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The endorsement key's certificates as the host sent them.</summary>
    public IReadOnlyList<byte[]> EkCertificates { get; init; } = [];

    /// <summary>The request with its certificates, JSON, to be judged again when trust changes.</summary>
    public byte[]? Request { get; init; }

    /// <summary>
    /// Whether the host failed in its last boot. With another attestation key its past ends, since a TPM's counters are told to each key in
    /// another way; so that nobody sheds a failure like this, the host waits for approval again.
    /// </summary>
    public bool IsSuspect { get; init; }

    /// <summary>The revision of the host by which that was judged, 0 for a new one; null where nobody else could change it meanwhile.</summary>
    public long? Revision { get; init; }

    /// <summary>What the host may be expected by: the digests of its endorsement key and certificate, and the serial number.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>SHA-256 of the invitation's token that it brought.</summary>
    public byte[]? InvitationDigest { get; init; }

    /// <summary>Whether nobody certified its endorsement key, so that an operator has to compare its fingerprint.</summary>
    public bool NeedsFingerprint { get; init; }
}

/// <summary>What became of an enrolment.</summary>
internal enum EnrolmentVerdict
{
    /// <summary>The host is new.</summary>
    Created,

    /// <summary>The host was known and has this attestation key from now on.</summary>
    Renewed,

    /// <summary>The name belongs to another TPM.</summary>
    NameTaken,

    /// <summary>The TPM is known under another name.</summary>
    KnownByOtherName,

    /// <summary>The host was revoked.</summary>
    Revoked,

    /// <summary>The host is new, and brought an invitation that does not hold.</summary>
    InvitationRefused,
}

/// <summary>What became of an enrolment, and the host that is kept now.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Host">The host; null where it was refused.</param>
/// <param name="Reason">What a new host was let in by, or waits for.</param>
internal sealed record EnrolmentOutcome(EnrolmentVerdict Verdict, HostRecord? Host, string? Reason = null);

/// <summary>An operator's word about a host.</summary>
internal sealed record StateChange(string HostId, HostState State, string? Reason, string Actor, DateTimeOffset At)
{
    /// <summary>What an approval rests on, for the audit.</summary>
    public string? Proof { get; init; }
}

/// <summary>Everything that one appraisal leaves.</summary>
internal sealed record AppraisalCommit
{
    /// <summary>The host.</summary>
    public required string HostId { get; init; }

    /// <summary>The host's revision that was appraised by; nothing is kept where it is another by now.</summary>
    public long? Revision { get; init; }

    /// <summary>How many appraisals the memory that was appraised by followed; nothing is kept where there was another one since.</summary>
    public long? Appraisals { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The tier of the host.</summary>
    public required TrustTier Status { get; init; }

    /// <summary>The boot that was appraised.</summary>
    public string? Boot { get; init; }

    /// <summary>The evidence as it came.</summary>
    public required byte[] Evidence { get; init; }

    /// <summary>SHA-256 of it.</summary>
    public required byte[] EvidenceDigest { get; init; }

    /// <summary>The nonce of the challenge that it says it answers.</summary>
    public byte[]? Challenge { get; init; }

    /// <summary>Whether it was a fresh answer, so that the memory follows it.</summary>
    public bool IsAccepted { get; init; }

    /// <summary>Whether it went on from pieces of logs that had been brought before, which are of no more use.</summary>
    public bool UsedStaged { get; init; }

    /// <summary>The signed result.</summary>
    public required string Result { get; init; }

    /// <summary>The next memory; null leaves the last one, as after a failure of our own.</summary>
    public byte[]? Memory { get; init; }

    /// <summary>What the appraisal depended on (<c>BundleContext</c>); null after a failure of our own.</summary>
    public byte[]? Context { get; init; }

    /// <summary>What is newly proven of the host's logs.</summary>
    public IReadOnlyList<LogPiece> Logs { get; init; } = [];

    /// <summary>What bundles of this verdict need besides, and is kept under its digest.</summary>
    public IReadOnlyList<ArchivePart> Parts { get; init; } = [];

    /// <summary>The VMs that run; null where they are the same as before.</summary>
    public IReadOnlyList<VmPlace>? Vms { get; init; }

    /// <summary>A policy file that the host measured and that is not kept yet.</summary>
    public StoredPolicy? Policy { get; init; }

    /// <summary>What the watch makes of it; null where nothing.</summary>
    public WatchNote? Watch { get; init; }
}

/// <summary>What the last appraisal of a host left.</summary>
/// <param name="Appraisals">How many appraisals of it there were.</param>
/// <param name="Memory"><c>HostMemory</c>; null where nothing is remembered.</param>
internal sealed record StoredMemory(long Appraisals, byte[]? Memory);

/// <summary>What was decided since some record of the audit, by kind and subject as the audit has them; appraisals are left out.</summary>
internal sealed record StoredChanges(long Last, IReadOnlyList<(string Kind, string Subject)> Changed);

/// <summary>A VM and the host that ran it by its last evidence.</summary>
internal sealed record VmPlace(string HostId, Guid Uuid, string Name, string Label);

/// <summary>One version of the reference values.</summary>
internal sealed record ReferenceVersion(long Version, byte[] Document);

/// <summary>A policy file under the digest of its bytes and that of its meaning.</summary>
internal sealed record StoredPolicy(string SourceDigest, string CanonicalDigest, byte[] File);

/// <summary>Something that archives need, under the SHA-256 of its bytes.</summary>
internal sealed record ArchivePart(byte[] Digest, byte[] Bytes)
{
    public static ArchivePart Of(byte[] bytes) => new(System.Security.Cryptography.SHA256.HashData(bytes), bytes);
}

/// <summary>A stretch of one of a host's logs.</summary>
/// <param name="Kind">Which log, one of <see cref="LogKinds"/>.</param>
/// <param name="First">Number of its first record, or of its first byte (IMA); at 0 a log begins anew, and what was kept of it goes.</param>
/// <param name="Next">Number of the record, or byte, after it.</param>
/// <param name="Bytes">The records as they came.</param>
internal sealed record LogPiece(string Kind, long First, long Next, byte[] Bytes);

/// <summary>The logs that are kept.</summary>
internal static class LogKinds
{
    /// <summary>The agent's records.</summary>
    public const string Records = "records";

    /// <summary>The firmware's event log; one piece.</summary>
    public const string Firmware = "firmware";

    /// <summary>The kernel's list of files; counted in bytes.</summary>
    public const string Ima = "ima";
}

/// <summary>A host's last verdict with what is kept for its bundle.</summary>
internal sealed record ArchivedVerdict(byte[] Evidence, string Result, byte[]? Context, IReadOnlyList<LogPiece> Logs, IReadOnlyList<byte[]> EkCertificates);

/// <summary>One version of a group's appraisal policy.</summary>
internal sealed record PolicyVersion(string Group, long Version, DateTimeOffset At, string Actor, string Name, byte[] Document);
