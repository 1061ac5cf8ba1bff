using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// What the dashboard reads, and who is signed in to it.
internal sealed partial class AttestationStore : IDashboardStore
{
    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<WatchState, long>> CountStatesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyDictionary<WatchState, long>>(session => session.Query("SELECT state, count(*) FROM host_watch GROUP BY state",
            row => (State: WatchRows.StateOf(row.GetString(0)), Hosts: row.GetInt64(1))).ToDictionary(row => row.State, row => row.Hosts), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadHostIdsByNameAsync(WatchState state, string after, int limit, CancellationToken cancellationToken) =>
        // A cross join: SQLite shall walk the names and stop, not gather and sort a state that most hosts are in.
        ReadAsync<IReadOnlyList<string>>(session => session.Query(
            "SELECT h.id FROM hosts AS h CROSS JOIN host_watch AS w WHERE w.host_id = h.id AND w.state = $1 AND h.name > $2 ORDER BY h.name LIMIT $3",
            row => row.GetString(0), WatchRows.TextOf(state), after, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReadHostIdsAsync(WatchState state, CancellationToken cancellationToken) =>
        // From the index alone.
        ReadAsync<IReadOnlyList<string>>(session => session.Query("SELECT host_id FROM host_watch WHERE state = $1", row => row.GetString(0), WatchRows.TextOf(state)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<VerdictRow>> ReadVerdictsAsync(string hostId, long before, int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<VerdictRow>>(session => session.Query(
            "SELECT number, at, status FROM attestations WHERE host_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3", ReadVerdictRow, hostId, before, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<KeptVerdict?> ReadVerdictAsync(string hostId, long? number, CancellationToken cancellationToken) =>
        ReadAsync(session => session.Query(
            "SELECT number, at, status, evidence_digest, evidence, result FROM attestations WHERE host_id = $1 AND number <= $2 ORDER BY number DESC LIMIT 1",
            ReadVerdict, hostId, number ?? long.MaxValue) is [var found] && (number is null || found.Row.Number == number) ? found : null, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogPiece>> ReadLogAsync(string hostId, long first, long next, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<LogPiece>>(session => session.Query(
            "SELECT kind, first, next, bytes FROM host_logs WHERE host_id = $1 AND kind = $2 AND next > $3 AND first < $4 ORDER BY first",
            row => new LogPiece(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3)), hostId, LogKinds.Records, first, next), cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountLogAsync(string hostId, CancellationToken cancellationToken) =>
        ReadAsync(session => (long?)session.Scalar("SELECT max(next) FROM host_logs WHERE host_id = $1 AND kind = $2", hostId, LogKinds.Records) ?? 0, cancellationToken);

    /// <inheritdoc/>
    public Task AddSessionAsync(SignedIn session, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((rows, audit) =>
        {
            rows.Execute("DELETE FROM dashboard_sessions WHERE ends_at <= $1", at.ToUnixTimeMilliseconds());
            rows.Execute("INSERT INTO dashboard_sessions (digest, token_digest, ends_at) VALUES ($1, $2, $3)", session.Digest, session.TokenDigest, session.Ends.ToUnixTimeMilliseconds());
            audit.Append(at, AuditKinds.Access, actor, actor, $"signed in to the dashboard until {session.Ends:O}");
            return true;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<SignedIn?> ReadSessionAsync(byte[] digest, CancellationToken cancellationToken) =>
        ReadAsync(session => session.Query("SELECT digest, token_digest, ends_at FROM dashboard_sessions WHERE digest = $1",
            row => new SignedIn(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), Time(row, 2)!.Value), digest) is [var found] ? found : null, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveSessionAsync(byte[] digest, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => session.Execute("DELETE FROM dashboard_sessions WHERE digest = $1", digest), cancellationToken);

    private static VerdictRow ReadVerdictRow(DbDataReader row) =>
        new(row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), (TrustTier)row.GetInt32(2));

    private static KeptVerdict ReadVerdict(DbDataReader row) =>
        new(ReadVerdictRow(row), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4), row.GetString(5));
}
