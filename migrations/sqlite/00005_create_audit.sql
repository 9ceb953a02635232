-- The audit log, a hash chain that is only ever added to, and the outbox.

-- +goose Up
CREATE TABLE audit_entry (
    seq         INTEGER NOT NULL PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor_kind  TEXT    NOT NULL,
    actor_id    TEXT    NOT NULL,
    actor_org   TEXT    NOT NULL,
    actor_level INTEGER NOT NULL,
    role        TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    org_no      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('done', 'denied')),
    code        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    prev        TEXT    NOT NULL,
    hash        TEXT    NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_entry_subject ON audit_entry (subject, outcome, org_no, seq);

-- The last entry. Writers take this row first, so the chain never forks.
CREATE TABLE audit_head (
    id   INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash TEXT    NOT NULL
) STRICT;
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');

-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
-- +goose StatementEnd

CREATE TABLE outbox_event (
    seq     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id      TEXT    NOT NULL UNIQUE,
    at      INTEGER NOT NULL,
    type    TEXT    NOT NULL CHECK (type <> ''),
    subject TEXT    NOT NULL,
    org_nos TEXT    NOT NULL,
    data    TEXT    NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX outbox_event_unsent ON outbox_event (seq) WHERE sent_at IS NULL;

-- +goose Down
DROP TABLE outbox_event;
DROP TABLE audit_head;
DROP TABLE audit_entry;
