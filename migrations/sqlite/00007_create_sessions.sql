-- Login sessions. The token is a hash of what the browser holds.

-- +goose Up
CREATE TABLE session (
    token      TEXT    NOT NULL PRIMARY KEY,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_expires ON session (expires_at);

-- +goose Down
DROP TABLE session;
