using System.Data.Common;
using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>The watch as rows.</summary>
internal static class WatchRows
{
    /// <summary>One host.</summary>
    public static WatchedHost? ById(StoreSession session, string hostId) =>
        session.Query($"SELECT {Columns} FROM host_watch WHERE host_id = $1", Read, hostId) is [var found] ? found : null;

    /// <summary>Hosts in the order of their ids.</summary>
    public static IReadOnlyList<WatchedHost> List(StoreSession session, WatchFilter filter) => filter.State is { } state
        ? session.Query($"SELECT {Columns} FROM host_watch WHERE state = $1 AND host_id > $2 ORDER BY host_id LIMIT $3", Read, TextOf(state), filter.After ?? "", filter.Limit)
        : session.Query($"SELECT {Columns} FROM host_watch WHERE host_id > $1 ORDER BY host_id LIMIT $2", Read, filter.After ?? "", filter.Limit);

    /// <summary>When one host was heard, and how often it is asked.</summary>
    public static WatchRound? Round(StoreSession session, string hostId) =>
        session.Query("SELECT heard_at, interval_ms, state FROM host_watch WHERE host_id = $1",
            row => new WatchRound(Time(row, 0), row.IsDBNull(1) ? null : TimeSpan.FromMilliseconds(row.GetInt64(1)), row.GetString(2) is not ("pending" or "revoked")), hostId)
            is [var found] ? found : null;

    /// <summary>Hosts counted.</summary>
    public static WatchCounts Count(StoreSession session, DateTimeOffset now) => new(
        session.Query("SELECT state, count(*) FROM host_watch GROUP BY state", row => (State: StateOf(row.GetString(0)), Hosts: row.GetInt64(1)))
            .ToDictionary(row => row.State, row => row.Hosts),
        (long?)session.Scalar("SELECT count(*) FROM host_watch WHERE silent_since IS NOT NULL OR due_at <= $1", now.ToUnixTimeMilliseconds()) ?? 0);

    /// <summary>Changes of a host before a number, the newest first.</summary>
    public static IReadOnlyList<HostEvent> History(StoreSession session, string hostId, long before, int limit) =>
        session.Query($"{SelectEvents} WHERE host_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3", ReadEvent, hostId, before, limit);

    /// <summary>Changes of all hosts after a number, in order.</summary>
    public static IReadOnlyList<HostEvent> After(StoreSession session, long after, int limit) =>
        session.Query($"{SelectEvents} WHERE number > $1 ORDER BY number LIMIT $2", ReadEvent, after, limit);

    /// <summary>The next change after a number to one of some states, or of all; null where there is none.</summary>
    public static HostEvent? Next(StoreSession session, long after, IReadOnlyList<WatchState> states)
    {
        // The texts are ours, not anybody's words.
        var wanted = states.Count == 0 ? "" : $" AND to_state IN ({string.Join(", ", states.Select(state => $"'{TextOf(state)}'"))})";
        return session.Query($"{SelectEvents} WHERE number > $1{wanted} ORDER BY number LIMIT 1", ReadEvent, after) is [var found] ? found : null;
    }

    /// <summary>A state as text.</summary>
    public static string TextOf(WatchState state) => state switch
    {
        WatchState.Pending => "pending",
        WatchState.Enrolled => "enrolled",
        WatchState.Trusted => "trusted",
        WatchState.Degraded => "degraded",
        WatchState.Failed => "failed",
        WatchState.Unreachable => "unreachable",
        WatchState.Revoked => "revoked",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>A state from its text; one that a newer program wrote is the worst.</summary>
    public static WatchState StateOf(string text) => text switch
    {
        "pending" => WatchState.Pending,
        "enrolled" => WatchState.Enrolled,
        "trusted" => WatchState.Trusted,
        "degraded" => WatchState.Degraded,
        "unreachable" => WatchState.Unreachable,
        "revoked" => WatchState.Revoked,
        _ => WatchState.Failed,
    };

    private static WatchedHost Read(DbDataReader row) => new(row.GetString(0), new WatchStatus
    {
        State = StateOf(row.GetString(1)),
        Since = Time(row, 2)!.Value,
        Causes = CausesOf(row.GetString(3)),
        Evidence = Hex(row, 4),
        Heard = Time(row, 5),
        SilentSince = Time(row, 6),
        Due = Time(row, 7),
    });

    private static HostEvent ReadEvent(DbDataReader row) => new()
    {
        Number = row.GetInt64(0),
        HostId = row.GetString(1),
        HostName = row.GetString(2),
        At = Time(row, 3)!.Value,
        From = row.IsDBNull(4) ? null : StateOf(row.GetString(4)),
        To = StateOf(row.GetString(5)),
        Silent = row.GetInt64(6) != 0,
        Causes = CausesOf(row.GetString(7)),
        By = row.IsDBNull(8) ? null : row.GetString(8),
        Evidence = Hex(row, 9),
    };

    private static string[] CausesOf(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string? Hex(DbDataReader row, int column) => row.IsDBNull(column) ? null : Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));

    private static DateTimeOffset? Time(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private const string Columns = "host_id, state, since, causes, evidence, heard_at, silent_since, due_at";
    private const string SelectEvents =
        "SELECT number, host_id, (SELECT name FROM hosts WHERE id = host_id), at, from_state, to_state, silent, causes, actor, evidence FROM host_events";
}
