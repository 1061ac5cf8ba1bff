-- What verdicts rest on besides evidence and logs, such as signed bundles of reference values, by SHA-256: kept once, however many verdicts name it.
CREATE TABLE archive_parts (
    digest BLOB PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
