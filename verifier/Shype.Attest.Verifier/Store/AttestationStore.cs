using System.Globalization;
using System.Security.Cryptography;
using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

/// <summary>The store: statements that all databases understand.</summary>
internal sealed partial class AttestationStore : IAttestationStore, IReplicaStore, IStagedLogs, IDisposable
{
    private readonly Database _database;
    private readonly AuditChain _chain;
    private readonly StoreReaders _readers;
    private readonly StoreWriter _writer;

    private AttestationStore(Database database, AuditChain chain, StoreReaders readers, StoreWriter writer)
    {
        _database = database;
        _chain = chain;
        _readers = readers;
        _writer = writer;
    }

    /// <summary>Opens the database and brings its schema up to date.</summary>
    public static AttestationStore Open(Database database, byte[] auditKey, TimeSpan? watchDeadline = null)
    {
        StoreSession? session = null;
        try
        {
            session = database.Open();
            Migrations.Apply(session);
            var chain = new AuditChain(auditKey);
            return new AttestationStore(database, chain, new StoreReaders(database), new StoreWriter(database, session, chain))
            {
                WatchDeadline = watchDeadline ?? TimeSpan.FromMinutes(3),
            };
        }
        catch (DbException refused)
        {
            session?.Dispose();
            throw new StoreException($"{database.Name}: the database cannot be used: {refused.Message}", refused);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<HostRecord>> ReadHostsAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<HostRecord>>(session => session.Query($"SELECT {HostRows.Columns} FROM hosts ORDER BY id", HostRows.Read), cancellationToken);

    /// <inheritdoc/>
    public Task<StoredMemory> ReadMemoryAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync(session => session.Query("SELECT appraisals, memory FROM hosts LEFT JOIN host_memories ON host_id = id WHERE id = $1",
            row => new StoredMemory(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1)), hostId) is [var found] ? found : new StoredMemory(0, null), cancellationToken);

    /// <inheritdoc/>
    public Task<HostRecord?> ReadHostAsync(string hostId, CancellationToken cancellationToken) => ReadAsync(session => HostRows.ById(session, hostId), cancellationToken);

    /// <inheritdoc/>
    public bool IsShared => _database.IsShared;

    /// <inheritdoc/>
    public Task<StoredChanges> ReadChangesAsync(long after, CancellationToken cancellationToken) =>
        ReadAsync(session => session.ReadAtOnce(at => new StoredChanges(
            (long?)at.Scalar("SELECT max(number) FROM audit") ?? 0,
            at.Query("SELECT DISTINCT kind, subject FROM audit WHERE number > $1 AND kind <> $2", row => (row.GetString(0), row.GetString(1)), after, AuditKinds.Appraisal))), cancellationToken);

    /// <inheritdoc/>
    public Task WaitForOthersAsync(TimeSpan time, CancellationToken cancellationToken) => _database.WaitForOthersAsync(time, cancellationToken);

    /// <inheritdoc/>
    public Task<EnrolmentOutcome> EnrolAsync(HostEnrolment enrolment, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            var outcome = Enrol(session, enrolment);
            KeepCertificates(session, enrolment, outcome);
            WatchChanges.Enrol(session, enrolment, outcome, WatchDeadline);
            var refused = outcome.Host is null;
            audit.Append(enrolment.At, refused ? AuditKinds.EnrolmentRefused : AuditKinds.Enrolment, enrolment.Host.Id, "host",
                $"{outcome.Verdict}{(outcome.Reason is { } reason ? $" ({reason})" : "")} name={enrolment.Host.Name} ak={Convert.ToHexStringLower(enrolment.Host.AkName)} ek={Convert.ToHexStringLower(enrolment.Host.EkDigest)}");
            return outcome;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<HostRecord?> SetStateAsync(StateChange change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if (session.Execute("UPDATE hosts SET state = $2, reason = $3, revision = revision + 1 WHERE id = $1", change.HostId, HostRows.TextOf(change.State), change.Reason) == 0)
            {
                return null;
            }

            WatchChanges.Decide(session, change, WatchDeadline);
            audit.Append(change.At, AuditKinds.HostState, change.HostId, change.Actor, $"{HostRows.TextOf(change.State)} {change.Reason ?? change.Proof}".TrimEnd());
            return HostRows.ById(session, change.HostId);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task CommitAsync(AppraisalCommit commit, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            Commit(session, commit);
            WatchChanges.Note(session, commit, WatchDeadline);
            audit.Append(commit.At, AuditKinds.Appraisal, commit.HostId, "verifier",
                $"{commit.Status} evidence={Convert.ToHexStringLower(commit.EvidenceDigest)} result={Sha256(System.Text.Encoding.ASCII.GetBytes(commit.Result))}");
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadLastResultAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync(session => (string?)session.Scalar("SELECT result FROM attestations WHERE host_id = $1 ORDER BY number DESC LIMIT 1", hostId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VmPlace>> ReadVmsAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<VmPlace>>(session => session.Query($"{SelectVms} host_id = $1 ORDER BY name, uuid", ReadVm, hostId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VmPlace>> FindVmsAsync(Guid uuid, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<VmPlace>>(session => session.Query($"{SelectVms} uuid = $1 LIMIT {MaxPlaces}", ReadVm, uuid.ToString("D")), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VmPlace>> FindVmsAsync(string name, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<VmPlace>>(session => session.Query($"{SelectVms} name = $1 LIMIT {MaxPlaces}", ReadVm, name), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredPolicy>> ReadPoliciesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<StoredPolicy>>(session => session.Query("SELECT source_digest, canonical_digest, file FROM policies ORDER BY at, source_digest",
            row => new StoredPolicy(row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2))), cancellationToken);

    /// <inheritdoc/>
    public Task<StoredTrust> ReadTrustAsync(CancellationToken cancellationToken) => ReadAsync(TrustRows.Read, cancellationToken);

    /// <inheritdoc/>
    public Task DecideTrustAsync(TrustDecision decision, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => TrustRows.Decide(session, audit, decision), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredRequest>> ReadRequestsAsync(CancellationToken cancellationToken) => ReadAsync(TrustRows.Requests, cancellationToken);

    /// <inheritdoc/>
    public Task<StoredRequest?> ReadRequestAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync(session => TrustRows.Request(session, hostId), cancellationToken);

    /// <inheritdoc/>
    public Task JudgeHostsAsync(IReadOnlyList<JudgedHost> hosts, byte[] policy, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => TrustRows.Judge(session, audit, hosts, policy, at), cancellationToken);

    /// <inheritdoc/>
    public Task<int> ForgetBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => session.Execute(
            // The last result of a host stays, however old.
            "DELETE FROM attestations WHERE number IN (SELECT number FROM attestations AS old WHERE at < $1 "
            + "AND number < (SELECT max(number) FROM attestations WHERE host_id = old.host_id) ORDER BY at LIMIT 1000)",
            time.ToUnixTimeMilliseconds()), cancellationToken);

    /// <inheritdoc/>
    public Task<int> ForgetBeyondAsync(string hostId, int keep, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => session.Execute(
            "DELETE FROM attestations WHERE host_id = $1 AND number <= (SELECT number FROM attestations WHERE host_id = $1 ORDER BY number DESC LIMIT 1 OFFSET $2)",
            hostId, keep), cancellationToken);

    /// <inheritdoc/>
    public Task CompactAsync(CancellationToken cancellationToken) =>
        _database.Compact is { } compact ? _writer.WriteAsync((session, _) => session.Execute(compact), cancellationToken) : Task.CompletedTask;

    /// <inheritdoc/>
    public Task<int> ReadSchemaAsync(CancellationToken cancellationToken) => ReadAsync(_database.Version, cancellationToken);

    /// <inheritdoc/>
    public Task<long> ReadSizeAsync(CancellationToken cancellationToken) => ReadAsync(session => (long)session.Scalar(_database.Size)!, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_writer.IsFailing)
            {
                // Whether it would go well again: nobody sends anything to a verifier that says that it is not ready.
                await _writer.WriteAsync((session, _) => session.Execute("UPDATE audit_head SET number = number"), cancellationToken);
            }

            return await ReadAsync(session => session.Scalar("SELECT 1"), cancellationToken) is not null;
        }
        catch (StoreException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _readers.Dispose();
        _database.Dispose();
    }

    private static EnrolmentOutcome Enrol(StoreSession session, HostEnrolment enrolment)
    {
        var host = enrolment.Host;
        var known = HostRows.ById(session, host.Id);
        if (enrolment.Revision is { } revision && revision != (known?.Revision ?? 0))
        {
            throw new StaleHostException(host.Id);
        }

        var verdict = known switch
        {
            { State: Protocol.HostState.Revoked } => EnrolmentVerdict.Revoked,
            { } when known.Name != host.Name => EnrolmentVerdict.KnownByOtherName,
            null when HostRows.ByName(session, host.Name) is not null || AdmissionRows.IsReserved(session, enrolment) => EnrolmentVerdict.NameTaken,
            null => EnrolmentVerdict.Created,
            _ => EnrolmentVerdict.Renewed,
        };
        string? reason = null;
        switch (verdict)
        {
            case EnrolmentVerdict.Created:
                if (AdmissionRows.Decide(session, enrolment) is not { } admission)
                {
                    return new EnrolmentOutcome(EnrolmentVerdict.InvitationRefused, null);
                }

                reason = admission.Reason;
                HostRows.Insert(session, host with { State = admission.State, PolicyGroup = admission.Group });
                break;
            case EnrolmentVerdict.Renewed:
                HostRows.Renew(session, host);
                if (!known!.AkName.AsSpan().SequenceEqual(host.AkName))
                {
                    reason = enrolment.IsSuspect ? "another attestation key after a failure: waits for an operator" : $"key rotated from {Convert.ToHexStringLower(known.AkName)}";
                    BeginAnew(session, host.Id, enrolment.IsSuspect);
                }

                break;
            default:
                return new EnrolmentOutcome(verdict, null);
        }

        if (enrolment.Request is { } request)
        {
            TrustRows.Keep(session, new StoredRequest(host.Id, enrolment.At, request));
        }

        return new EnrolmentOutcome(verdict, HostRows.ById(session, host.Id), reason);
    }

    private static void BeginAnew(StoreSession session, string hostId, bool isSuspect)
    {
        session.Execute("DELETE FROM host_memories WHERE host_id = $1", hostId);
        session.Execute("DELETE FROM host_logs WHERE host_id = $1", hostId);
        if (isSuspect)
        {
            session.Execute("UPDATE hosts SET state = 'pending' WHERE id = $1", hostId);
        }
    }

    private static void Commit(StoreSession session, AppraisalCommit commit)
    {
        var at = commit.At.ToUnixTimeMilliseconds();
        session.PostChange(new StaleHostException(commit.HostId),
            "UPDATE hosts SET seen_at = $2, status = $3, boot = $4, vms = coalesce($5, vms), appraisals = appraisals + 1 "
            + "WHERE id = $1 AND revision = coalesce($6, revision) AND appraisals = coalesce($7, appraisals)",
            commit.HostId, at, (int)commit.Status, commit.Boot, commit.Vms?.Count, commit.Revision, commit.Appraisals);
        session.Post("INSERT INTO attestations (host_id, at, status, evidence_digest, evidence, result, context, challenge) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            commit.HostId, at, (int)commit.Status, commit.EvidenceDigest, commit.Evidence, commit.Result, commit.Context, commit.Challenge);
        KeepLogs(session, commit);
        if (commit.Memory is { } memory)
        {
            session.Post("INSERT INTO host_memories (host_id, memory, evidence_digest) VALUES ($1, $2, $3) "
                + "ON CONFLICT (host_id) DO UPDATE SET memory = excluded.memory, evidence_digest = coalesce(excluded.evidence_digest, host_memories.evidence_digest)",
                commit.HostId, memory, commit.IsAccepted ? commit.EvidenceDigest : null);
        }

        if (commit.Vms is { } vms)
        {
            session.Post("DELETE FROM vms WHERE host_id = $1", commit.HostId);
            foreach (var vm in vms)
            {
                session.Post("INSERT INTO vms (host_id, uuid, name, label) VALUES ($1, $2, $3, $4)", commit.HostId, vm.Uuid.ToString("D"), vm.Name, vm.Label);
            }
        }

        if (commit.UsedStaged)
        {
            session.Post("DELETE FROM staged_logs WHERE host_id = $1", commit.HostId);
        }

        if (commit.Challenge is { } challenge && session.Database.TellOthers is { } tell)
        {
            session.Post(tell, ReplicaMessage.Appraised(commit.HostId, challenge).ToString());
        }

        if (commit.Policy is { } policy)
        {
            session.Post("INSERT INTO policies (source_digest, canonical_digest, at, file) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                policy.SourceDigest, policy.CanonicalDigest, at, policy.File);
        }
    }

    private static VmPlace ReadVm(DbDataReader row) =>
        new(row.GetString(0), Guid.ParseExact(row.GetString(1), "D"), row.GetString(2), row.GetString(3));

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private Task<T> ReadAsync<T>(Func<StoreSession, T> read, CancellationToken cancellationToken) => _readers.ReadAsync(read, cancellationToken);

    private const string SelectVms = "SELECT host_id, uuid, name, label FROM vms WHERE";
    private static readonly string MaxPlaces = 16.ToString(CultureInfo.InvariantCulture);
}
