-- Where each host stands in the watch (docs/watch.md). Apart from the hosts: these rows change with every verdict and are small.
-- A host without due_at is not watched: it may not speak, or is silent already. Intervals and deadlines are in milliseconds; those in force are
-- the host's own, else its group's, and empty for the verifier's own setting.
CREATE TABLE host_watch (
    host_id      TEXT PRIMARY KEY REFERENCES hosts (id),
    state        TEXT NOT NULL CHECK (state IN ('pending', 'enrolled', 'trusted', 'degraded', 'failed', 'unreachable', 'revoked')),
    since        INTEGER NOT NULL,
    causes       TEXT NOT NULL,
    evidence     BLOB,
    heard_at     INTEGER,
    silent_since INTEGER,
    due_at       INTEGER,
    lease_until  INTEGER,
    lease_by     TEXT,
    own_interval INTEGER,
    own_deadline INTEGER,
    interval_ms  INTEGER,
    deadline_ms  INTEGER,
    version      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX host_watch_due ON host_watch (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX host_watch_by_state ON host_watch (state, host_id);

CREATE TABLE group_watch (
    group_name  TEXT PRIMARY KEY,
    interval_ms INTEGER,
    deadline_ms INTEGER,
    version     INTEGER NOT NULL
) STRICT;

-- Every change of a host's state, in the order of the commits; what is told to others is read from here.
CREATE TABLE host_events (
    number     INTEGER PRIMARY KEY,
    host_id    TEXT NOT NULL REFERENCES hosts (id),
    at         INTEGER NOT NULL,
    from_state TEXT,
    to_state   TEXT NOT NULL,
    silent     INTEGER NOT NULL,
    causes     TEXT NOT NULL,
    actor      TEXT,
    evidence   BLOB
) STRICT;
CREATE INDEX host_events_by_host ON host_events (host_id, number);

-- Hosts from before: as their last verdict was. Whoever was not heard lately is found out by the first sweep.
INSERT INTO host_watch (host_id, state, since, causes, heard_at, due_at)
SELECT id,
    CASE WHEN state <> 'enrolled' THEN state WHEN seen_at IS NULL THEN 'enrolled' WHEN status = 2 THEN 'trusted' WHEN status = 96 THEN 'failed' ELSE 'degraded' END,
    coalesce(seen_at, enrolled_at), 'enrolled', seen_at,
    CASE WHEN state = 'enrolled' THEN coalesce(seen_at, enrolled_at) + 180000 END
FROM hosts;
