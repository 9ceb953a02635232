-- The journal of decisions, apart from the chain of approvals: one line for a
-- caller, client, reason, system user and stretch of time. And the tokens that
-- callers may use once only.

-- +goose Up
CREATE TABLE decision (
    kind           TEXT    NOT NULL CHECK (kind IN ('enrich', 'evaluate')),
    caller         TEXT    NOT NULL,
    client_id      TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    system_user_id TEXT    NOT NULL,
    bucket         INTEGER NOT NULL,
    id             TEXT    NOT NULL,
    first_at       INTEGER NOT NULL,
    last_at        INTEGER NOT NULL,
    n              INTEGER NOT NULL CHECK (n > 0),
    PRIMARY KEY (kind, caller, client_id, reason, system_user_id, bucket)
) STRICT;

CREATE TABLE replay (
    issuer   TEXT    NOT NULL,
    jti      TEXT    NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, jti)
) STRICT;
CREATE INDEX replay_until ON replay (until_at);

-- +goose Down
DROP TABLE replay;
DROP TABLE decision;
