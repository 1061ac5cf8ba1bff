using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>The states of hosts and how they came. States are written by the decisions that cause them, in the same transaction.</summary>
internal interface IWatchStore
{
    /// <summary>Where a host stands; null where it is not known.</summary>
    Task<WatchedHost?> ReadWatchAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Hosts in the order of their ids.</summary>
    Task<IReadOnlyList<WatchedHost>> ReadWatchAsync(WatchFilter filter, CancellationToken cancellationToken);

    /// <summary>How many hosts there are in each state, and how many are silent beyond their deadline.</summary>
    Task<WatchCounts> CountWatchAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Changes of a host before a number, the newest first.</summary>
    Task<IReadOnlyList<HostEvent>> ReadHostHistoryAsync(string hostId, long before, int limit, CancellationToken cancellationToken);

    /// <summary>Changes of all hosts after a number, in order.</summary>
    Task<IReadOnlyList<HostEvent>> ReadHostEventsAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>The number of the last change; 0 before the first.</summary>
    Task<long> ReadLastHostEventAsync(CancellationToken cancellationToken);
}

/// <summary>Which hosts of the watch.</summary>
/// <param name="State">Only in this state.</param>
/// <param name="After">Only with greater ids.</param>
/// <param name="Limit">At most so many.</param>
internal sealed record WatchFilter(WatchState? State, string? After, int Limit);

/// <summary>A host in the watch.</summary>
/// <param name="HostId">The host.</param>
/// <param name="Status">Where it stands.</param>
internal sealed record WatchedHost(string HostId, WatchStatus Status);

/// <summary>Hosts counted.</summary>
/// <param name="ByState">By state; states that no host is in are left out.</param>
/// <param name="Silent">Beyond their deadline.</param>
internal sealed record WatchCounts(IReadOnlyDictionary<WatchState, long> ByState, long Silent);
