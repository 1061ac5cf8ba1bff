-- Who is told of changes of hosts' states. What waits for one is what the history has after its cursor: nothing is written twice, and nothing is
-- lost with a verifier. Secrets follow from the salt and a key that the database does not hold.
CREATE TABLE webhooks (
    name         TEXT PRIMARY KEY,
    url          TEXT NOT NULL,
    states       TEXT NOT NULL,
    salt         BLOB NOT NULL,
    key_id       TEXT NOT NULL,
    made_at      INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    after        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER NOT NULL,
    lease_until  INTEGER,
    lease_by     TEXT,
    delivered    INTEGER NOT NULL DEFAULT 0,
    dropped      INTEGER NOT NULL DEFAULT 0,
    delivered_at INTEGER,
    last_error   TEXT
) STRICT;

-- Enrolments that were refused are few among all records.
CREATE INDEX audit_refused ON audit (number) WHERE kind = 'enrolment-refused';
