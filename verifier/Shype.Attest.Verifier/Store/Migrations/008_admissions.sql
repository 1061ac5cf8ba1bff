-- What lets hosts in without a further word: tokens, as digests only, and TPMs that were named. A key with a host's name replaces that host.
CREATE TABLE invitations (
    digest     BLOB PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    group_name TEXT NOT NULL,
    uses_left  INTEGER NOT NULL CHECK (uses_left >= 0),
    expires_at INTEGER NOT NULL,
    actor      TEXT NOT NULL
) STRICT;
CREATE TABLE expected_keys (
    ek         TEXT PRIMARY KEY,
    group_name TEXT NOT NULL,
    host_name  TEXT,
    actor      TEXT NOT NULL
) STRICT;
