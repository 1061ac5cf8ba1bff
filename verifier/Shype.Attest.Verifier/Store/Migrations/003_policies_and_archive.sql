-- Who belongs to which appraisal policy, and every version of these.
ALTER TABLE hosts ADD COLUMN policy_group TEXT NOT NULL DEFAULT 'default';
CREATE TABLE appraisal_policies (
    group_name TEXT NOT NULL,
    version    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    name       TEXT NOT NULL,
    document   BLOB NOT NULL,
    PRIMARY KEY (group_name, version)
) STRICT;

-- What an offline bundle needs beside the evidence: the certificates of the endorsement key (CBOR, a list), what the appraisal depended on
-- (BundleContext), and the logs of the running boot, whole: evidence only ever brings what is new in them.
ALTER TABLE hosts ADD COLUMN ek_certificates BLOB;
ALTER TABLE attestations ADD COLUMN context BLOB;
CREATE TABLE host_logs (
    host_id TEXT NOT NULL REFERENCES hosts (id),
    kind    TEXT NOT NULL,
    first   INTEGER NOT NULL,
    next    INTEGER NOT NULL,
    bytes   BLOB NOT NULL,
    PRIMARY KEY (host_id, kind, first)
) STRICT;
