-- The audit log, a hash chain that is only ever added to, and the outbox.

-- +goose Up
CREATE TABLE audit_entry (
    seq         BIGINT  NOT NULL PRIMARY KEY,
    at          BIGINT  NOT NULL,
    actor_kind  TEXT    NOT NULL,
    actor_id    TEXT    NOT NULL,
    actor_org   TEXT    NOT NULL,
    actor_level BIGINT  NOT NULL,
    role        TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    org_no      TEXT    NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('done', 'denied')),
    code        TEXT    NOT NULL,
    detail      TEXT    NOT NULL,
    prev        TEXT    NOT NULL,
    hash        TEXT    NOT NULL UNIQUE
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, outcome, org_no, seq);

-- The last entry. Writers take this row first, so the chain never forks.
CREATE TABLE audit_head (
    id   BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT  NOT NULL,
    hash TEXT    NOT NULL
);
INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');

-- +goose StatementBegin
CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only ever added to';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse();

CREATE TABLE outbox_event (
    seq     BIGINT  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id      TEXT    NOT NULL UNIQUE,
    at      BIGINT  NOT NULL,
    type    TEXT    NOT NULL CHECK (type <> ''),
    subject TEXT    NOT NULL,
    org_nos TEXT    NOT NULL,
    data    TEXT    NOT NULL,
    sent_at BIGINT
);
CREATE INDEX outbox_event_unsent ON outbox_event (seq) WHERE sent_at IS NULL;

-- +goose Down
DROP TABLE outbox_event;
DROP TABLE audit_head;
DROP TABLE audit_entry;
DROP FUNCTION audit_entry_refuse();
