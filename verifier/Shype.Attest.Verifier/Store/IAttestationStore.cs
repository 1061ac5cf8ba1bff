namespace Shype.Attest.Verifier.Store;

/// <summary>
/// What the verifier keeps. Every write is acknowledged after it is on the disk and carries its audit record in the same transaction.
/// Secrets come here only as digests.
/// </summary>
internal interface IAttestationStore : IWatchStore
{
    /// <summary>All hosts, in the order of their ids.</summary>
    Task<IReadOnlyList<HostRecord>> ReadHostsAsync(CancellationToken cancellationToken);

    /// <summary>One host; null where it is not known.</summary>
    Task<HostRecord?> ReadHostAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Whether other verifiers write to this store as well.</summary>
    bool IsShared { get; }

    /// <summary>What was decided after a record of the audit, by anybody.</summary>
    Task<StoredChanges> ReadChangesAsync(long after, CancellationToken cancellationToken);

    /// <summary>Returns when somebody may have decided something, or after a time.</summary>
    Task WaitForOthersAsync(TimeSpan time, CancellationToken cancellationToken);

    /// <summary>What the last appraisal left about a host .</summary>
    Task<StoredMemory> ReadMemoryAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Takes a host in, or its new attestation key, unless it is revoked or its name or TPM is known otherwise: one transaction.</summary>
    Task<EnrolmentOutcome> EnrolAsync(HostEnrolment enrolment, CancellationToken cancellationToken);

    /// <summary>Approves or revokes; null where the host is not known.</summary>
    Task<HostRecord?> SetStateAsync(StateChange change, CancellationToken cancellationToken);

    /// <summary>Keeps one appraisal: memory, evidence, result, VMs; <see cref="StaleHostException"/> where it was made by what does not hold any more.</summary>
    Task CommitAsync(AppraisalCommit commit, CancellationToken cancellationToken);

    /// <summary>The last signed result about a host.</summary>
    Task<string?> ReadLastResultAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>The VMs of a host by its last evidence.</summary>
    Task<IReadOnlyList<VmPlace>> ReadVmsAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Where VMs with this uuid ran by the last evidence of each host.</summary>
    Task<IReadOnlyList<VmPlace>> FindVmsAsync(Guid uuid, CancellationToken cancellationToken);

    /// <summary>Where VMs with this name ran by the last evidence of each host.</summary>
    Task<IReadOnlyList<VmPlace>> FindVmsAsync(string name, CancellationToken cancellationToken);

    /// <summary>All policy files that hosts measured and sent.</summary>
    Task<IReadOnlyList<StoredPolicy>> ReadPoliciesAsync(CancellationToken cancellationToken);

    /// <summary>One version of the reference values; null where there is none.</summary>
    Task<ReferenceVersion?> ReadReferencesAsync(long version, CancellationToken cancellationToken);

    /// <summary>All versions of all appraisal policies, by group and version.</summary>
    Task<IReadOnlyList<PolicyVersion>> ReadAppraisalPoliciesAsync(CancellationToken cancellationToken);

    /// <summary>Replaces a group's appraisal policy if its version is still <paramref name="expected"/> (0 before the first); null where it is not.</summary>
    Task<PolicyVersion?> WriteAppraisalPolicyAsync(
        string group, string name, byte[] document, long expected, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Puts a host into a group; null where the host is not known.</summary>
    Task<HostRecord?> SetGroupAsync(string hostId, string group, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The last verdict about a host with all that its bundle needs; null where there is none.</summary>
    Task<ArchivedVerdict?> ReadArchiveAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>What archives need besides, by its SHA-256; null where it is not there.</summary>
    Task<byte[]?> ReadArchivePartAsync(byte[] digest, CancellationToken cancellationToken);

    /// <summary>What operators decided about trust.</summary>
    Task<StoredTrust> ReadTrustAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a decision about trust.</summary>
    Task DecideTrustAsync(TrustDecision decision, CancellationToken cancellationToken);

    /// <summary>What all hosts enrolled with.</summary>
    Task<IReadOnlyList<StoredRequest>> ReadRequestsAsync(CancellationToken cancellationToken);

    /// <summary>What a host enrolled with; null for one that is not known.</summary>
    Task<StoredRequest?> ReadRequestAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Keeps what is said about hosts' certificates by a policy, which all hosts were judged by: one transaction.</summary>
    Task JudgeHostsAsync(IReadOnlyList<JudgedHost> hosts, byte[] policy, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Forgets evidence and results older than a time, some at a time; says how many.</summary>
    Task<int> ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Forgets all but the last so many verdicts of a host with their evidence; says how many.</summary>
    Task<int> ForgetBeyondAsync(string hostId, int keep, CancellationToken cancellationToken);

    /// <summary>Gives room back that forgotten rows took, some at a time.</summary>
    Task CompactAsync(CancellationToken cancellationToken);

    /// <summary>The version of the schema, as the database has it now.</summary>
    Task<int> ReadSchemaAsync(CancellationToken cancellationToken);

    /// <summary>Bytes that the database takes.</summary>
    Task<long> ReadSizeAsync(CancellationToken cancellationToken);

    /// <summary>Whether the store answers.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellationToken);
}
