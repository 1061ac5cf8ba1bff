-- Who is signed in to the dashboard, as digests only: of the cookie, and of the access token that it stands for.
CREATE TABLE dashboard_sessions (
    digest       BLOB PRIMARY KEY,
    token_digest BLOB NOT NULL,
    ends_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX dashboard_sessions_by_end ON dashboard_sessions (ends_at);
