using System.Data.Common;

namespace Shype.Attest.Verifier.Store;

/// <summary>Intervals and deadlines as rows.</summary>
internal static class WatchSettingRows
{
    /// <summary>What is set for a host or group; null for a host that is not known.</summary>
    public static WatchSettings? Read(StoreSession session, WatchScope scope)
    {
        var found = scope.IsGroup
            ? session.Query("SELECT interval_ms, deadline_ms, version, NULL, NULL FROM group_watch WHERE group_name = $1", Read, scope.Name)
            : session.Query("SELECT own_interval, own_deadline, version, interval_ms, deadline_ms FROM host_watch WHERE host_id = $1", Read, scope.Name);
        return found is [var settings] ? settings : scope.IsGroup ? new WatchSettings(null, null, 0) : null;
    }

    /// <summary>Sets it if its version is still the one that is named; null where it is not.</summary>
    public static WatchSettings? Write(
        StoreSession session, AuditLog audit, WatchScope scope, WatchSettings settings, TimeSpan deadline, string actor, DateTimeOffset at)
    {
        if (Read(session, scope) is not { } before || before.Version != settings.Version)
        {
            return null;
        }

        object?[] values = [scope.Name, Milliseconds(settings.Interval), Milliseconds(settings.Deadline), settings.Version + 1];
        session.Execute(scope.IsGroup
            ? "INSERT INTO group_watch (group_name, interval_ms, deadline_ms, version) VALUES ($1, $2, $3, $4) "
                + "ON CONFLICT (group_name) DO UPDATE SET interval_ms = excluded.interval_ms, deadline_ms = excluded.deadline_ms, version = excluded.version"
            : "UPDATE host_watch SET own_interval = $2, own_deadline = $3, version = $4 WHERE host_id = $1", values);
        IReadOnlyList<string> hosts = scope.IsGroup
            ? session.Query("SELECT id FROM hosts WHERE policy_group = $1", row => row.GetString(0), scope.Name)
            : [scope.Name];
        foreach (var host in hosts)
        {
            WatchChanges.TakeSettings(session, host, deadline);
        }

        audit.Append(at, AuditKinds.WatchSettings, scope.Name, actor,
            $"{(scope.IsGroup ? "group" : "host")} interval={Text(settings.Interval)} deadline={Text(settings.Deadline)}");
        return Read(session, scope);
    }

    private static WatchSettings Read(DbDataReader row) => new(Span(row, 0), Span(row, 1), row.GetInt64(2))
    {
        IntervalInForce = Span(row, 3), DeadlineInForce = Span(row, 4),
    };

    private static TimeSpan? Span(DbDataReader row, int column) => row.IsDBNull(column) ? null : TimeSpan.FromMilliseconds(row.GetInt64(column));

    private static long? Milliseconds(TimeSpan? time) => (long?)time?.TotalMilliseconds;

    private static string Text(TimeSpan? time) => time is { } set ? $"{set.TotalSeconds:0}s" : "inherited";
}
