-- Keys of results, audit and challenges, the same for all verifiers on this database. No secret stands here in clear: it is encrypted under a key
-- that is not in the database, or says where a PKCS#11 token keeps it.
CREATE TABLE ring_keys (
    id         TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL CHECK (purpose IN ('results', 'audit', 'challenges')),
    place      TEXT NOT NULL CHECK (place IN ('database', 'pkcs11')),
    made_at    INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    jwk        BLOB,
    secret     BLOB NOT NULL
) STRICT;
