using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Shype.Attest.Verifier.Store;

/// <summary>The store in one SQLite file: write-ahead log, every commit flushed to the disk.</summary>
internal sealed partial class SqliteAttestationStore : IAttestationStore, IDisposable
{
    private readonly AuditChain _chain;
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;

    private SqliteAttestationStore(AuditChain chain, SqliteReaders readers, SqliteWriter writer)
    {
        _chain = chain;
        _readers = readers;
        _writer = writer;
    }

    /// <summary>Opens the database, makes it where there is none, and brings its schema up to date.</summary>
    public static SqliteAttestationStore Open(string file, byte[] auditKey)
    {
        SqliteSession? session = null;
        try
        {
            session = new SqliteSession(file, SqliteOpenMode.ReadWriteCreate);
            session.Script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            Migrations.Apply(session, file);
            var chain = new AuditChain(auditKey);
            return new SqliteAttestationStore(chain, new SqliteReaders(file), new SqliteWriter(session, chain));
        }
        catch (SqliteException refused)
        {
            session?.Dispose();
            throw new StoreException($"{file}: the database cannot be used: {refused.Message}", refused);
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
    public Task<byte[]?> ReadMemoryAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync(session => (byte[]?)session.Scalar("SELECT memory FROM host_memories WHERE host_id = $1", hostId), cancellationToken);

    /// <inheritdoc/>
    public Task<EnrolmentOutcome> EnrolAsync(HostEnrolment enrolment, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            var outcome = Enrol(session, enrolment);
            KeepCertificates(session, enrolment, outcome);
            var refused = outcome.Host is null;
            audit.Append(enrolment.At, refused ? AuditKinds.EnrolmentRefused : AuditKinds.Enrolment, enrolment.Host.Id, "host",
                $"{outcome.Verdict}{(outcome.Reason is { } reason ? $" ({reason})" : "")} name={enrolment.Host.Name} ak={Convert.ToHexStringLower(enrolment.Host.AkName)} ek={Convert.ToHexStringLower(enrolment.Host.EkDigest)}");
            return outcome;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<HostRecord?> SetStateAsync(StateChange change, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            if (session.Execute("UPDATE hosts SET state = $2, reason = $3 WHERE id = $1", change.HostId, HostRows.TextOf(change.State), change.Reason) == 0)
            {
                return null;
            }

            audit.Append(change.At, AuditKinds.HostState, change.HostId, change.Actor, $"{HostRows.TextOf(change.State)} {change.Reason ?? change.Proof}".TrimEnd());
            return HostRows.ById(session, change.HostId);
        }, cancellationToken);

    /// <inheritdoc/>
    public Task CommitAsync(AppraisalCommit commit, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) =>
        {
            Commit(session, commit);
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
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(session => session.Scalar("SELECT 1"), cancellationToken) is 1L;
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
    }

    private static EnrolmentOutcome Enrol(SqliteSession session, HostEnrolment enrolment)
    {
        var host = enrolment.Host;
        var known = HostRows.ById(session, host.Id);
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

    private static void BeginAnew(SqliteSession session, string hostId, bool isSuspect)
    {
        session.Execute("DELETE FROM host_memories WHERE host_id = $1", hostId);
        session.Execute("DELETE FROM host_logs WHERE host_id = $1", hostId);
        if (isSuspect)
        {
            session.Execute("UPDATE hosts SET state = 'pending' WHERE id = $1", hostId);
        }
    }

    private static void Commit(SqliteSession session, AppraisalCommit commit)
    {
        var at = commit.At.ToUnixTimeMilliseconds();
        session.Execute("UPDATE hosts SET seen_at = $2, status = $3, boot = $4, vms = coalesce($5, vms) WHERE id = $1",
            commit.HostId, at, (int)commit.Status, commit.Boot, commit.Vms?.Count);
        session.Execute("INSERT INTO attestations (host_id, at, status, evidence_digest, evidence, result, context) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            commit.HostId, at, (int)commit.Status, commit.EvidenceDigest, commit.Evidence, commit.Result, commit.Context);
        KeepLogs(session, commit);
        if (commit.Memory is { } memory)
        {
            session.Execute("INSERT INTO host_memories (host_id, memory) VALUES ($1, $2) ON CONFLICT (host_id) DO UPDATE SET memory = $2", commit.HostId, memory);
        }

        if (commit.Vms is { } vms)
        {
            session.Execute("DELETE FROM vms WHERE host_id = $1", commit.HostId);
            foreach (var vm in vms)
            {
                session.Execute("INSERT INTO vms (host_id, uuid, name, label) VALUES ($1, $2, $3, $4)", commit.HostId, vm.Uuid.ToString("D"), vm.Name, vm.Label);
            }
        }

        if (commit.Policy is { } policy)
        {
            session.Execute("INSERT INTO policies (source_digest, canonical_digest, at, file) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                policy.SourceDigest, policy.CanonicalDigest, at, policy.File);
        }
    }

    private static VmPlace ReadVm(SqliteDataReader row) =>
        new(row.GetString(0), Guid.ParseExact(row.GetString(1), "D"), row.GetString(2), row.GetString(3));

    private static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private Task<T> ReadAsync<T>(Func<SqliteSession, T> read, CancellationToken cancellationToken) => _readers.ReadAsync(read, cancellationToken);

    private const string SelectVms = "SELECT host_id, uuid, name, label FROM vms WHERE";
    private static readonly string MaxPlaces = 16.ToString(CultureInfo.InvariantCulture);
}
