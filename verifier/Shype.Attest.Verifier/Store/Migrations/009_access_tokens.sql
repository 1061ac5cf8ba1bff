-- Tokens of people and programs, as digests only.
CREATE TABLE access_tokens (
    digest     BLOB PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin', 'relying-party')),
    made_at    INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    expires_at INTEGER,
    used_at    INTEGER
) STRICT;
