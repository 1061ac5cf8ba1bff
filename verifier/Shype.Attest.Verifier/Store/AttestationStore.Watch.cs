using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

// The states of hosts and how they came.
internal sealed partial class AttestationStore : IWatchStore
{
    /// <inheritdoc/>
    public Task<WatchedHost?> ReadWatchAsync(string hostId, CancellationToken cancellationToken) => ReadAsync(session => WatchRows.ById(session, hostId), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<WatchedHost>> ReadWatchAsync(WatchFilter filter, CancellationToken cancellationToken) =>
        ReadAsync(session => WatchRows.List(session, filter), cancellationToken);

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
}
