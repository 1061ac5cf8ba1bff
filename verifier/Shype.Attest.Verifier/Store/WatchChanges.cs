using Shype.Attest.Protocol;

namespace Shype.Attest.Verifier.Store;

/// <summary>What decisions and verdicts do to the watch, inside their own transaction: a state changes with its cause, or neither is there.</summary>
internal static class WatchChanges
{
    /// <summary>A host enrolled, or enrolled another key.</summary>
    public static void Enrol(StoreSession session, HostEnrolment enrolment, EnrolmentOutcome outcome, TimeSpan deadline)
    {
        if (outcome.Host is not { } host)
        {
            return;
        }

        if (outcome.Verdict == EnrolmentVerdict.Created)
        {
            var state = host.State == HostState.Enrolled ? WatchState.Enrolled : WatchState.Pending;
            session.Execute("INSERT INTO host_watch (host_id, state, since, causes) VALUES ($1, $2, $3, $4)",
                host.Id, WatchRows.TextOf(state), enrolment.At.ToUnixTimeMilliseconds(), WatchCauses.Enrolled);
            Tell(session, host.Id, enrolment.At, null, state, silent: false, WatchCauses.Enrolled, null);
            TakeSettings(session, host.Id, deadline);
            Expect(session, host.Id, host.State, enrolment.At, deadline);
        }
        else if (host.State == HostState.Pending)
        {
            Move(session, host.Id, WatchState.Pending, WatchCauses.KeyAfterFailure, null, enrolment.At);
        }
        else if (outcome.Reason is not null && WatchRows.ById(session, host.Id) is { Status.State: WatchState.Trusted })
        {
            // What the former key signed says nothing about this one; what was bad stays bad until evidence says otherwise.
            Move(session, host.Id, WatchState.Enrolled, WatchCauses.Enrolled, null, enrolment.At);
        }
    }

    /// <summary>An operator approved or revoked a host.</summary>
    public static void Decide(StoreSession session, StateChange change, TimeSpan deadline)
    {
        var before = WatchRows.ById(session, change.HostId)!.Status.State;
        var (to, cause) = change.State switch
        {
            HostState.Revoked => (WatchState.Revoked, WatchCauses.Revoked),
            HostState.Pending => (WatchState.Pending, WatchCauses.Enrolled),
            // To approve who may speak already changes nothing.
            _ => (before is WatchState.Pending or WatchState.Revoked ? WatchState.Enrolled : before, WatchCauses.Approved),
        };
        if (to != before)
        {
            Move(session, change.HostId, to, cause, change.Actor, change.At);
            Expect(session, change.HostId, change.State, change.At, deadline);
        }
    }

    /// <summary>A host is out for good.</summary>
    public static void Retire(StoreSession session, string hostId, string cause, string actor, DateTimeOffset at) =>
        Move(session, hostId, WatchState.Revoked, cause, actor, at);

    /// <summary>
    /// A verdict. Only what a fresh quote under the host's key says is a sign of life. The statements wait for no answer: the rows that they change
    /// are those of before.
    /// </summary>
    public static void Note(StoreSession session, AppraisalCommit commit, TimeSpan deadline)
    {
        if (commit.Watch is not { } note)
        {
            return;
        }

        var (at, state) = (commit.At.ToUnixTimeMilliseconds(), WatchRows.TextOf(note.State));
        var from = note.IsJudged ? Speaking : NotWorse;
        if (note.IsHeard)
        {
            session.Post("INSERT INTO host_events (host_id, at, from_state, to_state, silent, causes, evidence) SELECT host_id, $2, state, $3, 0, $4, $5 FROM host_watch "
                + $"WHERE host_id = $1 AND {from} AND (state <> $3 OR causes <> $4 OR silent_since IS NOT NULL)", commit.HostId, at, state, note.Causes, commit.EvidenceDigest);
            session.Post("UPDATE host_watch SET since = CASE WHEN state <> $3 THEN $2 ELSE since END, state = $3, causes = $4, evidence = $5, heard_at = $2, silent_since = NULL, "
                + $"due_at = $2 + coalesce(deadline_ms, $6), lease_until = NULL, lease_by = NULL WHERE host_id = $1 AND {from}",
                commit.HostId, at, state, note.Causes, commit.EvidenceDigest, (long)deadline.TotalMilliseconds);
            return;
        }

        session.Post("INSERT INTO host_events (host_id, at, from_state, to_state, silent, causes, evidence) "
            + "SELECT host_id, $2, state, $3, CASE WHEN silent_since IS NULL THEN 0 ELSE 1 END, $4, $5 FROM host_watch "
            + $"WHERE host_id = $1 AND {from} AND (state <> $3 OR causes <> $4)", commit.HostId, at, state, note.Causes, commit.EvidenceDigest);
        session.Post("UPDATE host_watch SET since = CASE WHEN state <> $3 THEN $2 ELSE since END, state = $3, causes = $4, evidence = $5 "
            + $"WHERE host_id = $1 AND {from}", commit.HostId, at, state, note.Causes, commit.EvidenceDigest);
    }

    /// <summary>A host that this verifier holds the lease of is silent beyond its deadline, unless it was heard meanwhile; says whether.</summary>
    public static bool Miss(StoreSession session, AuditLog audit, string hostId, string holder, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        var found = session.Query("SELECT state, due_at FROM host_watch WHERE host_id = $1 AND lease_by = $2 AND due_at <= $3",
            row => (State: WatchRows.StateOf(row.GetString(0)), Due: row.GetInt64(1)), hostId, holder, at);
        if (found is not [var (before, due)])
        {
            return false;
        }

        // Silence makes nothing of a failure: it stays in sight.
        var to = before == WatchState.Failed ? WatchState.Failed : WatchState.Unreachable;
        Tell(session, hostId, now, before, to, silent: true, WatchCauses.DeadlineMissed, null);
        session.Post("UPDATE host_watch SET since = CASE WHEN state <> $2 THEN $3 ELSE since END, causes = CASE WHEN state <> $2 THEN $4 ELSE causes END, state = $2, "
            + "silent_since = $5, due_at = NULL, lease_until = NULL, lease_by = NULL WHERE host_id = $1", hostId, WatchRows.TextOf(to), at, WatchCauses.DeadlineMissed, due);
        audit.Append(now, AuditKinds.Watch, hostId, "verifier", $"{WatchCauses.DeadlineMissed} {DateTimeOffset.FromUnixTimeMilliseconds(due):O}: {WatchRows.TextOf(to)}");
        return true;
    }

    /// <summary>Takes over the settings that are in force for a host, after a change of its group, of its group's or of its own.</summary>
    public static void TakeSettings(StoreSession session, string hostId, TimeSpan deadline)
    {
        session.Execute(
            "UPDATE host_watch SET "
            + "interval_ms = coalesce(own_interval, (SELECT g.interval_ms FROM group_watch AS g JOIN hosts AS h ON h.policy_group = g.group_name WHERE h.id = host_watch.host_id)), "
            + "deadline_ms = coalesce(own_deadline, (SELECT g.deadline_ms FROM group_watch AS g JOIN hosts AS h ON h.policy_group = g.group_name WHERE h.id = host_watch.host_id)) "
            + "WHERE host_id = $1", hostId);
        session.Execute("UPDATE host_watch SET due_at = coalesce(heard_at, since) + coalesce(deadline_ms, $2) WHERE host_id = $1 AND due_at IS NOT NULL",
            hostId, (long)deadline.TotalMilliseconds);
    }

    private static void Expect(StoreSession session, string hostId, HostState state, DateTimeOffset at, TimeSpan deadline)
    {
        if (state == HostState.Enrolled)
        {
            session.Execute("UPDATE host_watch SET due_at = $2 + coalesce(deadline_ms, $3) WHERE host_id = $1", hostId, at.ToUnixTimeMilliseconds(), (long)deadline.TotalMilliseconds);
        }
    }

    private static void Move(StoreSession session, string hostId, WatchState to, string cause, string? actor, DateTimeOffset at)
    {
        if (WatchRows.ById(session, hostId) is not { } host || host.Status.State == to)
        {
            return;
        }

        Tell(session, hostId, at, host.Status.State, to, silent: false, cause, actor);
        // Whoever may still speak is still expected to.
        session.Execute("UPDATE host_watch SET state = $2, since = $3, causes = $4, evidence = NULL, heard_at = NULL, silent_since = NULL, "
            + "due_at = CASE WHEN $2 = 'enrolled' THEN due_at END, lease_until = NULL, lease_by = NULL WHERE host_id = $1",
            hostId, WatchRows.TextOf(to), at.ToUnixTimeMilliseconds(), cause);
    }

    private static void Tell(StoreSession session, string hostId, DateTimeOffset at, WatchState? from, WatchState to, bool silent, string cause, string? actor) =>
        session.Execute("INSERT INTO host_events (host_id, at, from_state, to_state, silent, causes, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            hostId, at.ToUnixTimeMilliseconds(), from is { } state ? WatchRows.TextOf(state) : null, WatchRows.TextOf(to), silent ? 1 : 0, cause, actor);

    // Who may not speak gets no state from what it says.
    private const string Speaking = "state NOT IN ('pending', 'revoked')";

    // What could not be judged makes nothing better.
    private const string NotWorse = "state IN ('enrolled', 'trusted', 'degraded')";
}
