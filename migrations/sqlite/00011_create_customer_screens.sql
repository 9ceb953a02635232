-- Customers' screens: what a system can do without, what the customer
-- would have otherwise, who was asked to answer it; what the customer does with
-- its system users, day by day; suppliers that may not ask; lists of clients
-- done as jobs, and rules for new clients; what people are told.

-- +goose Up
ALTER TABLE organisation ADD COLUMN email TEXT NOT NULL DEFAULT '';

ALTER TABLE system_ask ADD COLUMN optional INTEGER NOT NULL DEFAULT 0;

-- wish is what the customer would have otherwise, in its words. notify_email is
-- whom at the customer the supplier wants told of the question.
ALTER TABLE request ADD COLUMN wish TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN wished_by TEXT REFERENCES person (id);
ALTER TABLE request ADD COLUMN wished_at INTEGER;
ALTER TABLE request ADD COLUMN notify_email TEXT NOT NULL DEFAULT '';
ALTER TABLE change_request ADD COLUMN wish TEXT NOT NULL DEFAULT '';
ALTER TABLE change_request ADD COLUMN wished_by TEXT REFERENCES person (id);
ALTER TABLE change_request ADD COLUMN wished_at INTEGER;
ALTER TABLE change_request ADD COLUMN notify_email TEXT NOT NULL DEFAULT '';
-- left_out: the customer gave the rest, since the system can do without it.
ALTER TABLE request_item ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE change_request_item ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;

-- One person asks another to answer a request or a change request; subject is as
-- in the audit log. Rows stay.
CREATE TABLE forwarding (
    id          TEXT    NOT NULL PRIMARY KEY,
    subject     TEXT    NOT NULL CHECK (subject <> ''),
    customer    TEXT    NOT NULL REFERENCES organisation (org_no),
    from_person TEXT    NOT NULL REFERENCES person (id),
    to_person   TEXT    NOT NULL REFERENCES person (id),
    note        TEXT    NOT NULL,
    due_at      INTEGER,
    at          INTEGER NOT NULL,
    recalled_at INTEGER,
    CHECK (from_person <> to_person)
) STRICT;
CREATE UNIQUE INDEX forwarding_live ON forwarding (subject, from_person, to_person) WHERE recalled_at IS NULL;
CREATE INDEX forwarding_customer ON forwarding (customer, at);
CREATE INDEX forwarding_from ON forwarding (from_person);
CREATE INDEX forwarding_to ON forwarding (to_person);
CREATE INDEX forwarding_due ON forwarding (due_at) WHERE recalled_at IS NULL AND due_at IS NOT NULL;

-- What the customer does with a system user. reviewed_at is when it last said
-- that it is to be kept.
ALTER TABLE system_user ADD COLUMN customer_paused_at INTEGER;
ALTER TABLE system_user ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE system_user ADD COLUMN reviewed_at INTEGER;

-- How often a system user was used on a day, counted from 1 January 1970 in UTC.
CREATE TABLE system_user_day (
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    day            INTEGER NOT NULL,
    n              INTEGER NOT NULL CHECK (n > 0),
    PRIMARY KEY (system_user_id, day)
) STRICT;
CREATE INDEX system_user_day_day ON system_user_day (day);

-- A supplier that may not ask the customer for anything; rows stay.
CREATE TABLE supplier_block (
    id         TEXT    NOT NULL PRIMARY KEY,
    customer   TEXT    NOT NULL REFERENCES organisation (org_no),
    supplier   TEXT    NOT NULL REFERENCES organisation (org_no),
    reason     TEXT    NOT NULL,
    blocked_by TEXT    NOT NULL REFERENCES person (id),
    at         INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;
CREATE UNIQUE INDEX supplier_block_live ON supplier_block (customer, supplier) WHERE ended_at IS NULL;
CREATE INDEX supplier_block_person ON supplier_block (blocked_by);

-- Clients that a facilitator gets by the relation are attached to the agent as
-- they come, for as long as who said so may attach clients; rows stay.
CREATE TABLE client_rule (
    id             TEXT    NOT NULL PRIMARY KEY,
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    relation       TEXT    NOT NULL CHECK (relation <> ''),
    given_by       TEXT    NOT NULL REFERENCES person (id),
    level          INTEGER NOT NULL,
    from_at        INTEGER NOT NULL,
    ended_at       INTEGER
) STRICT;
CREATE UNIQUE INDEX client_rule_live ON client_rule (system_user_id, relation) WHERE ended_at IS NULL;
CREATE INDEX client_rule_person ON client_rule (given_by);
CREATE INDEX client_delegation_user ON client_delegation (system_user_id, client);

-- Jobs are suppliers' and customers': of a customer's, person_id is who started
-- it, and system_user_id the agent whose clients it is about; rule_id is the rule
-- that started it, if one did.
ALTER TABLE bulk_row RENAME TO bulk_row_before;
ALTER TABLE bulk_job RENAME TO bulk_job_before;
CREATE TABLE bulk_job (
    id             TEXT    NOT NULL PRIMARY KEY,
    owner          TEXT    NOT NULL,
    issuer         TEXT    NOT NULL,
    client_id      TEXT    NOT NULL,
    person_id      TEXT    REFERENCES person (id),
    level          INTEGER NOT NULL,
    system_user_id TEXT    REFERENCES system_user (id),
    rule_id        TEXT    REFERENCES client_rule (id),
    kind           TEXT    NOT NULL CHECK (kind IN ('requests', 'agentrequests', 'changerequests', 'attach', 'detach')),
    defaults       TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('running', 'done', 'cancelled')),
    total          INTEGER NOT NULL,
    done           INTEGER NOT NULL,
    failed         INTEGER NOT NULL,
    cancelled      INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    ended_at       INTEGER,
    next_at        INTEGER NOT NULL,
    CHECK ((status = 'running') = (ended_at IS NULL)),
    CHECK ((person_id IS NULL) = (system_user_id IS NULL)),
    CHECK (done + failed + cancelled <= total)
) STRICT;
INSERT INTO bulk_job (id, owner, issuer, client_id, level, kind, defaults, status, total, done, failed, cancelled, created_at, ended_at, next_at)
SELECT id, supplier, issuer, client_id, 0, kind, defaults, status, total, done, failed, cancelled, created_at, ended_at, next_at FROM bulk_job_before;
CREATE TABLE bulk_row (
    job_id         TEXT    NOT NULL REFERENCES bulk_job (id),
    position       INTEGER NOT NULL,
    body           TEXT    NOT NULL,
    customer       TEXT    NOT NULL,
    external_ref   TEXT    NOT NULL,
    correlation_id TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('waiting', 'done', 'failed', 'cancelled')),
    next_at        INTEGER NOT NULL,
    answer         INTEGER NOT NULL,
    code           TEXT    NOT NULL,
    detail         TEXT    NOT NULL,
    repeated       TEXT    NOT NULL,
    result_id      TEXT    NOT NULL,
    PRIMARY KEY (job_id, position)
) STRICT;
INSERT INTO bulk_row SELECT job_id, position, body, customer, external_ref, correlation_id, status, next_at, answer, code, detail, repeated, result_id FROM bulk_row_before;
DROP TABLE bulk_row_before;
DROP TABLE bulk_job_before;
CREATE INDEX bulk_job_owner ON bulk_job (owner, created_at, id);
CREATE INDEX bulk_job_running ON bulk_job (owner, next_at, id) WHERE status = 'running';
CREATE INDEX bulk_job_ended ON bulk_job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX bulk_job_user ON bulk_job (system_user_id, created_at, id) WHERE system_user_id IS NOT NULL;
CREATE INDEX bulk_job_person ON bulk_job (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX bulk_job_rule ON bulk_job (rule_id) WHERE rule_id IS NOT NULL;
CREATE INDEX bulk_row_waiting ON bulk_row (job_id, next_at, position) WHERE status = 'waiting';
CREATE INDEX bulk_row_status ON bulk_row (job_id, status, position);

-- Each event of the outbox is once made into what people are told.
ALTER TABLE outbox_event ADD COLUMN told_at INTEGER;
UPDATE outbox_event SET told_at = at;
CREATE INDEX outbox_event_untold ON outbox_event (seq) WHERE told_at IS NULL;

CREATE TABLE notice (
    id        TEXT    NOT NULL PRIMARY KEY,
    person_id TEXT    NOT NULL REFERENCES person (id),
    org_no    TEXT    NOT NULL REFERENCES organisation (org_no),
    type      TEXT    NOT NULL CHECK (type IN ('asked', 'forwarded', 'decided', 'answered', 'expiring')),
    subject   TEXT    NOT NULL CHECK (subject <> ''),
    at        INTEGER NOT NULL,
    read_at   INTEGER,
    UNIQUE (person_id, type, subject, at)
) STRICT;
CREATE INDEX notice_person ON notice (person_id, org_no, at);
CREATE INDEX notice_unread ON notice (person_id, org_no) WHERE read_at IS NULL;
CREATE INDEX notice_subject ON notice (subject) WHERE read_at IS NULL;
CREATE INDEX notice_at ON notice (at);

-- What a person wants to be told of, and how. Without a row: here, not by mail,
-- and not of what others have answered.
CREATE TABLE notice_choice (
    person_id TEXT    NOT NULL REFERENCES person (id),
    type      TEXT    NOT NULL CHECK (type IN ('asked', 'forwarded', 'decided', 'answered', 'expiring')),
    here      INTEGER NOT NULL,
    mail      INTEGER NOT NULL,
    lang      TEXT    NOT NULL,
    PRIMARY KEY (person_id, type)
) STRICT;

-- Mails that wait to be sent: to a person, or to an address that a register or a
-- supplier gave for an organisation.
CREATE TABLE mail (
    id        TEXT    NOT NULL PRIMARY KEY,
    type      TEXT    NOT NULL CHECK (type IN ('asked', 'forwarded', 'decided', 'answered', 'expiring')),
    person_id TEXT    REFERENCES person (id),
    address   TEXT    NOT NULL,
    org_no    TEXT    NOT NULL REFERENCES organisation (org_no),
    subject   TEXT    NOT NULL CHECK (subject <> ''),
    lang      TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    next_at   INTEGER NOT NULL,
    tries     INTEGER NOT NULL,
    CHECK ((person_id IS NULL) <> (address = ''))
) STRICT;
CREATE INDEX mail_next ON mail (next_at, id);
CREATE INDEX mail_person ON mail (person_id) WHERE person_id IS NOT NULL;

-- +goose Down
DROP TABLE mail;
DROP TABLE notice_choice;
DROP TABLE notice;
DROP INDEX outbox_event_untold;
ALTER TABLE outbox_event DROP COLUMN told_at;
DROP INDEX client_delegation_user;
ALTER TABLE bulk_row RENAME TO bulk_row_after;
ALTER TABLE bulk_job RENAME TO bulk_job_after;
CREATE TABLE bulk_job (
    id         TEXT    NOT NULL PRIMARY KEY,
    supplier   TEXT    NOT NULL,
    issuer     TEXT    NOT NULL,
    client_id  TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('requests', 'agentrequests', 'changerequests')),
    defaults   TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('running', 'done', 'cancelled')),
    total      INTEGER NOT NULL,
    done       INTEGER NOT NULL,
    failed     INTEGER NOT NULL,
    cancelled  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at   INTEGER,
    next_at    INTEGER NOT NULL,
    CHECK ((status = 'running') = (ended_at IS NULL)),
    CHECK (done + failed + cancelled <= total)
) STRICT;
INSERT INTO bulk_job (id, supplier, issuer, client_id, kind, defaults, status, total, done, failed, cancelled, created_at, ended_at, next_at)
SELECT id, owner, issuer, client_id, kind, defaults, status, total, done, failed, cancelled, created_at, ended_at, next_at FROM bulk_job_after WHERE person_id IS NULL;
CREATE TABLE bulk_row (
    job_id         TEXT    NOT NULL REFERENCES bulk_job (id),
    position       INTEGER NOT NULL,
    body           TEXT    NOT NULL,
    customer       TEXT    NOT NULL,
    external_ref   TEXT    NOT NULL,
    correlation_id TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('waiting', 'done', 'failed', 'cancelled')),
    next_at        INTEGER NOT NULL,
    answer         INTEGER NOT NULL,
    code           TEXT    NOT NULL,
    detail         TEXT    NOT NULL,
    repeated       TEXT    NOT NULL,
    result_id      TEXT    NOT NULL,
    PRIMARY KEY (job_id, position)
) STRICT;
INSERT INTO bulk_row SELECT job_id, position, body, customer, external_ref, correlation_id, status, next_at, answer, code, detail, repeated, result_id FROM bulk_row_after WHERE job_id IN (SELECT id FROM bulk_job);
DROP TABLE bulk_row_after;
DROP TABLE bulk_job_after;
DROP TABLE client_rule;
CREATE INDEX bulk_job_supplier ON bulk_job (supplier, created_at, id);
CREATE INDEX bulk_job_running ON bulk_job (supplier, next_at, id) WHERE status = 'running';
CREATE INDEX bulk_job_ended ON bulk_job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX bulk_row_waiting ON bulk_row (job_id, next_at, position) WHERE status = 'waiting';
CREATE INDEX bulk_row_status ON bulk_row (job_id, status, position);
DROP TABLE supplier_block;
DROP TABLE system_user_day;
ALTER TABLE system_user DROP COLUMN reviewed_at;
ALTER TABLE system_user DROP COLUMN pause_reason;
ALTER TABLE system_user DROP COLUMN customer_paused_at;
DROP TABLE forwarding;
ALTER TABLE change_request_item DROP COLUMN left_out;
ALTER TABLE request_item DROP COLUMN left_out;
ALTER TABLE change_request DROP COLUMN notify_email;
ALTER TABLE change_request DROP COLUMN wished_at;
ALTER TABLE change_request DROP COLUMN wished_by;
ALTER TABLE change_request DROP COLUMN wish;
ALTER TABLE request DROP COLUMN notify_email;
ALTER TABLE request DROP COLUMN wished_at;
ALTER TABLE request DROP COLUMN wished_by;
ALTER TABLE request DROP COLUMN wish;
ALTER TABLE system_ask DROP COLUMN optional;
ALTER TABLE organisation DROP COLUMN email;
