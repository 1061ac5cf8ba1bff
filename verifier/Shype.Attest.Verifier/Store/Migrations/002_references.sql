-- Bundles of reference values as they were signed; a removed one stays as the mark below which nothing of its name comes back.
CREATE TABLE reference_bundles (
    name           TEXT PRIMARY KEY,
    sequence       INTEGER NOT NULL,
    content_digest BLOB NOT NULL,
    source         BLOB NOT NULL,
    signer_name    TEXT NOT NULL,
    signer_key     BLOB NOT NULL,
    removed        TEXT
) STRICT;

-- Keys that may sign bundles, SubjectPublicKeyInfo.
CREATE TABLE reference_signers (
    key_id     TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL
) STRICT;

-- Who changed what and when; changes is a list of texts in JSON.
CREATE TABLE reference_events (
    number   INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    name     TEXT NOT NULL,
    sequence INTEGER,
    changes  TEXT NOT NULL
) STRICT;
