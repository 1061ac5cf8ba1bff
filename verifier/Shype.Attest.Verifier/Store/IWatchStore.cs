using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>The states of hosts and how they came. States are written by the decisions that cause them, in the same transaction.</summary>
internal interface IWatchStore
{
    /// <summary>Where a host stands; null where it is not known.</summary>
    Task<WatchedHost?> ReadWatchAsync(string hostId, CancellationToken cancellationToken);

    /// <summary>Where some hosts stand, by id.</summary>
    Task<Dictionary<string, WatchStatus>> ReadWatchAsync(IReadOnlyList<string> hostIds, CancellationToken cancellationToken);

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

    /// <summary>The deadline of hosts for which nobody set another.</summary>
    TimeSpan WatchDeadline { get; }

    /// <summary>When hosts were heard last and how often they are to be asked.</summary>
    Task<IReadOnlyDictionary<string, WatchRound>> ReadRoundsAsync(IReadOnlyList<string> hostIds, CancellationToken cancellationToken);

    /// <summary>Takes hosts whose deadline has passed under a lease, those that are due longest first; none that another verifier holds.</summary>
    Task<IReadOnlyList<string>> ClaimDueAsync(string holder, DateTimeOffset now, TimeSpan lease, int limit, CancellationToken cancellationToken);

    /// <summary>Writes down that hosts missed their deadline, where the lease still holds and they were not heard meanwhile; says how many.</summary>
    Task<int> MissDeadlinesAsync(IReadOnlyList<string> hostIds, string holder, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The interval and deadline that are set for a host or a group; null for a host that is not known.</summary>
    Task<WatchSettings?> ReadWatchSettingsAsync(WatchScope scope, CancellationToken cancellationToken);

    /// <summary>Sets them if their version is still that of <paramref name="settings"/>; null where it is not.</summary>
    Task<WatchSettings?> WriteWatchSettingsAsync(WatchScope scope, WatchSettings settings, string actor, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>TPMs that proved themselves and were refused, the newest first.</summary>
    Task<IReadOnlyList<RefusedHost>> ReadRefusedAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Forgets old changes, some at a time, but none that is a host's last; says how many.</summary>
    Task<int> ForgetHostEventsAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>When a host was heard last, and how often it is to be asked.</summary>
/// <param name="Heard">When; null where never.</param>
/// <param name="Interval">How often; null for the verifier's own setting.</param>
/// <param name="IsAsked">Whether it may speak at all.</param>
internal sealed record WatchRound(DateTimeOffset? Heard, TimeSpan? Interval, bool IsAsked);

/// <summary>Whose settings.</summary>
/// <param name="IsGroup">Whether of a group.</param>
/// <param name="Name">The group's name, or the host's id.</param>
internal sealed record WatchScope(bool IsGroup, string Name);

/// <summary>What is set for a host or group.</summary>
/// <param name="Interval">How often to ask; null to inherit.</param>
/// <param name="Deadline">How long a host may be silent; null to inherit.</param>
/// <param name="Version">Counts the changes.</param>
internal sealed record WatchSettings(TimeSpan? Interval, TimeSpan? Deadline, long Version)
{
    /// <summary>What a host has by itself or its group; null for the verifier's own setting.</summary>
    public TimeSpan? IntervalInForce { get; init; }

    /// <summary>What a host has by itself or its group; null for the verifier's own setting.</summary>
    public TimeSpan? DeadlineInForce { get; init; }
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
