-- Authorities that operators added.
CREATE TABLE trust_authorities (
    fingerprint TEXT PRIMARY KEY,
    at          INTEGER NOT NULL,
    certificate BLOB NOT NULL,
    is_anchor   INTEGER NOT NULL CHECK (is_anchor IN (0, 1)),
    is_virtual  INTEGER NOT NULL CHECK (is_virtual IN (0, 1))
) STRICT;

-- What operators decided about authorities that are shipped with the program.
CREATE TABLE trust_switches (
    fingerprint TEXT PRIMARY KEY,
    is_on       INTEGER NOT NULL CHECK (is_on IN (0, 1))
) STRICT;

-- What each host enrolled with (EnrolmentRequest), so that its certificates can be judged again when trust changes.
CREATE TABLE host_requests (
    host_id TEXT PRIMARY KEY REFERENCES hosts (id),
    at      INTEGER NOT NULL,
    request BLOB NOT NULL
) STRICT;

-- By which policy all of them were judged last: a change that a crash cut short, or of configuration or program, is noticed at the next start.
CREATE TABLE trust_checked (
    "only" INTEGER PRIMARY KEY CHECK ("only" = 1),
    policy BLOB NOT NULL
) STRICT;
