-- Which challenge a verdict answers, and which evidence a memory follows: a verifier finds what another one took in for it.
ALTER TABLE attestations ADD COLUMN challenge BLOB;
ALTER TABLE host_memories ADD COLUMN evidence_digest BLOB;

-- Half-finished enrolments of verifiers that share a database. Nothing here is a secret: what the TPM must open follows from a key that the verifiers share.
CREATE TABLE pending_enrolments (
    id      TEXT PRIMARY KEY,
    expires INTEGER NOT NULL,
    request BLOB NOT NULL
) STRICT;
CREATE INDEX pending_enrolments_by_time ON pending_enrolments (expires);

-- Logs that agents brought in pieces before the evidence that proves them; nothing here is believed. first and next count records, of IMA lists bytes.
CREATE TABLE staged_logs (
    host_id TEXT NOT NULL REFERENCES hosts (id),
    kind    TEXT NOT NULL,
    first   INTEGER NOT NULL,
    next    INTEGER NOT NULL,
    boot    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (host_id, kind, first)
) STRICT;
