-- Heads of the audit that were signed with the verifier's audit key, for who has no other key (docs/audit.md).
CREATE TABLE audit_heads (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    token  TEXT NOT NULL
) STRICT;

-- Up to this record hashes were made under a secret key; from the next on anybody can compute them, and the head is what the key protects.
CREATE TABLE audit_keyed (
    "only" INTEGER PRIMARY KEY CHECK ("only" = 1),
    until  INTEGER NOT NULL
) STRICT;
INSERT INTO audit_keyed ("only", until) SELECT 1, coalesce(max(number), 0) FROM audit;
