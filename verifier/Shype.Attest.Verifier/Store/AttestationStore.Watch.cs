using System.Globalization;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// The states of hosts and how they came.
internal sealed partial class AttestationStore
{
    /// <inheritdoc/>
    public TimeSpan WatchDeadline { get; private init; }

    /// <inheritdoc/>
    public Task<WatchedHost?> ReadWatchAsync(string hostId, CancellationToken cancellationToken) => ReadAsync(session => WatchRows.ById(session, hostId), cancellationToken);

    /// <inheritdoc/>
    public Task<Dictionary<string, WatchStatus>> ReadWatchAsync(IReadOnlyList<string> hostIds, CancellationToken cancellationToken) =>
        ReadAsync(session => hostIds.Select(hostId => WatchRows.ById(session, hostId)).OfType<WatchedHost>().ToDictionary(host => host.HostId, host => host.Status, StringComparer.Ordinal), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WatchedHost>> ReadWatchAsync(WatchFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(session => WatchRows.List(session, filter), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, WatchRound>> ReadRoundsAsync(IReadOnlyList<string> hostIds, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyDictionary<string, WatchRound>>(session =>
        {
            var rounds = new Dictionary<string, WatchRound>(StringComparer.Ordinal);
            foreach (var hostId in hostIds)
            {
                if (WatchRows.Round(session, hostId) is { } round)
                {
                    rounds[hostId] = round;
                }
            }

            return rounds;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<WatchCounts> CountWatchAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        ReadAsync(session => session.ReadAtOnce(at => WatchRows.Count(at, now)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HostEvent>> ReadHostHistoryAsync(string hostId, long before, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => WatchRows.History(session, hostId, before, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<HostEvent>> ReadHostEventsAsync(long after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(session => WatchRows.After(session, after, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<long> ReadLastHostEventAsync(CancellationToken cancellationToken) =>
        ReadAsync(session => (long?)session.Scalar("SELECT max(number) FROM host_events") ?? 0, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ClaimDueAsync(string holder, DateTimeOffset now, TimeSpan lease, int limit, CancellationToken cancellationToken)
    {
        var at = now.ToUnixTimeMilliseconds();
        // A look first, so that nothing is written while nobody is due.
        return await ReadAsync(session => session.Scalar($"SELECT 1 FROM host_watch WHERE {Due} LIMIT 1", at), cancellationToken) is null
            ? []
            : await _writer.WriteAsync((session, _) => session.Query(
                $"UPDATE host_watch SET lease_by = $2, lease_until = $3 WHERE host_id IN (SELECT host_id FROM host_watch WHERE {Due} ORDER BY due_at "
                + $"LIMIT {limit.ToString(CultureInfo.InvariantCulture)}{_database.SkipLocked}) RETURNING host_id",
                row => row.GetString(0), at, holder, (now + lease).ToUnixTimeMilliseconds()), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> MissDeadlinesAsync(IReadOnlyList<string> hostIds, string holder, DateTimeOffset now, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => hostIds.Count(hostId => WatchChanges.Miss(session, audit, hostId, holder, now)), cancellationToken);

    /// <inheritdoc/>
    public Task<WatchSettings?> ReadWatchSettingsAsync(WatchScope scope, CancellationToken cancellationToken) =>
        ReadAsync(session => WatchSettingRows.Read(session, scope), cancellationToken);

    /// <inheritdoc/>
    public Task<WatchSettings?> WriteWatchSettingsAsync(WatchScope scope, WatchSettings settings, string actor, DateTimeOffset at, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, audit) => WatchSettingRows.Write(session, audit, scope, settings, WatchDeadline, actor, at), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RefusedHost>> ReadRefusedAsync(int limit, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<RefusedHost>>(session => session.Query(
            "SELECT subject, at, detail FROM audit WHERE kind = 'enrolment-refused' ORDER BY number DESC LIMIT $1",
            row => new RefusedHost { HostId = row.GetString(0), At = Time(row, 1)!.Value, Detail = row.GetString(2) }, limit), cancellationToken);

    /// <inheritdoc/>
    public Task<int> ForgetHostEventsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        _writer.WriteAsync((session, _) => session.Execute(
            // The last change of all stays: numbers never begin anew. So does what says how a host came to where it stands.
            "DELETE FROM host_events WHERE number IN (SELECT number FROM host_events AS old WHERE at < $1 "
            + "AND number < (SELECT max(number) FROM host_events WHERE host_id = old.host_id) AND number < (SELECT max(number) FROM host_events) ORDER BY number LIMIT 1000)",
            before.ToUnixTimeMilliseconds()), cancellationToken);

    private const string Due = "due_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";
}
