-- Login sessions. The token is a hash of what the browser holds.

-- +goose Up
CREATE TABLE session (
    token      TEXT    NOT NULL PRIMARY KEY,
    data       BYTEA   NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);

-- +goose Down
DROP TABLE session;
