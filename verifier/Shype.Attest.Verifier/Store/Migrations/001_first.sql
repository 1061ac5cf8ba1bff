-- Times are Unix milliseconds; digests and keys are raw bytes.
CREATE TABLE hosts (
    id                 TEXT PRIMARY KEY,
    name               TEXT NOT NULL UNIQUE,
    state              TEXT NOT NULL CHECK (state IN ('pending', 'enrolled', 'revoked')),
    reason             TEXT,
    ek_digest          BLOB NOT NULL UNIQUE,
    ek_issuer          TEXT,
    ak_public          BLOB NOT NULL,
    ak_name            BLOB NOT NULL,
    token_digest       BLOB NOT NULL UNIQUE,
    enrolment_findings TEXT NOT NULL,
    enrolled_at        INTEGER NOT NULL,
    seen_at            INTEGER,
    status             INTEGER NOT NULL DEFAULT 0,
    boot               TEXT,
    vms                INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What an appraisal leaves for the next one (HostMemory); apart from the hosts, so that listing them does not read it.
CREATE TABLE host_memories (
    host_id TEXT PRIMARY KEY REFERENCES hosts (id),
    memory  BLOB NOT NULL
) STRICT;

CREATE TABLE vms (
    host_id TEXT NOT NULL REFERENCES hosts (id),
    uuid    TEXT NOT NULL,
    name    TEXT NOT NULL,
    label   TEXT NOT NULL,
    PRIMARY KEY (host_id, uuid)
) STRICT, WITHOUT ROWID;
CREATE INDEX vms_by_uuid ON vms (uuid);
CREATE INDEX vms_by_name ON vms (name);

-- The evidence behind every verdict, and the signed result.
CREATE TABLE attestations (
    number          INTEGER PRIMARY KEY,
    host_id         TEXT NOT NULL REFERENCES hosts (id),
    at              INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    evidence_digest BLOB NOT NULL,
    evidence        BLOB NOT NULL,
    result          TEXT NOT NULL
) STRICT;
CREATE INDEX attestations_by_host ON attestations (host_id, number);
CREATE INDEX attestations_by_time ON attestations (at);

-- Isolation policies that hosts measured and sent, under the digest of the file and that of its meaning ("sha256:..." as records write them).
CREATE TABLE policies (
    source_digest    TEXT PRIMARY KEY,
    canonical_digest TEXT NOT NULL,
    at               INTEGER NOT NULL,
    file             BLOB NOT NULL
) STRICT;

CREATE TABLE reference_documents (
    version  INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    document BLOB NOT NULL
) STRICT;

-- Every decision with the hash of the one before; see AuditChain.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor   TEXT NOT NULL,
    detail  TEXT NOT NULL,
    hash    BLOB NOT NULL
) STRICT;

-- The last record, authenticated: records taken away at the end are missed as well.
CREATE TABLE audit_head (
    "only" INTEGER PRIMARY KEY CHECK ("only" = 1),
    number INTEGER NOT NULL,
    code   BLOB NOT NULL
) STRICT;
