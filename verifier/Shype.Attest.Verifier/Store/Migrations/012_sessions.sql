-- Sessions of the challenge-response interface: here, so that a nonce is spent once however many verifiers share the database.
CREATE TABLE sessions (
    id            TEXT PRIMARY KEY,
    owner         TEXT NOT NULL,
    nonce         BLOB NOT NULL,
    profile       TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('waiting', 'processing', 'complete', 'failed')),
    expires_at    INTEGER NOT NULL,
    evidence_type TEXT,
    evidence      BLOB,
    result        TEXT
) STRICT;
CREATE INDEX sessions_by_owner ON sessions (owner);
CREATE INDEX sessions_by_time ON sessions (expires_at);
