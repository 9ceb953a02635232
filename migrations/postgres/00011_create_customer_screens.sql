-- Customers' screens: what a system can do without, what the customer
-- would have otherwise, who was asked to answer it; what the customer does with
-- its system users, day by day; suppliers that may not ask; lists of clients
-- done as jobs, and rules for new clients; what people are told.

-- +goose Up
ALTER TABLE organisation ADD COLUMN email TEXT NOT NULL DEFAULT '';

ALTER TABLE system_ask ADD COLUMN optional BOOLEAN NOT NULL DEFAULT FALSE;

-- wish is what the customer would have otherwise, in its words. notify_email is
-- whom at the customer the supplier wants told of the question.
ALTER TABLE request ADD COLUMN wish TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN wished_by TEXT REFERENCES person (id);
ALTER TABLE request ADD COLUMN wished_at BIGINT;
ALTER TABLE request ADD COLUMN notify_email TEXT NOT NULL DEFAULT '';
ALTER TABLE change_request ADD COLUMN wish TEXT NOT NULL DEFAULT '';
ALTER TABLE change_request ADD COLUMN wished_by TEXT REFERENCES person (id);
ALTER TABLE change_request ADD COLUMN wished_at BIGINT;
ALTER TABLE change_request ADD COLUMN notify_email TEXT NOT NULL DEFAULT '';
-- left_out: the customer gave the rest, since the system can do without it.
ALTER TABLE request_item ADD COLUMN left_out BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE change_request_item ADD COLUMN left_out BOOLEAN NOT NULL DEFAULT FALSE;

-- One person asks another to answer a request or a change request; subject is as
-- in the audit log. Rows stay.
CREATE TABLE forwarding (
    id          TEXT    NOT NULL PRIMARY KEY,
    subject     TEXT    NOT NULL CHECK (subject <> ''),
    customer    TEXT    NOT NULL REFERENCES organisation (org_no),
    from_person TEXT    NOT NULL REFERENCES person (id),
    to_person   TEXT    NOT NULL REFERENCES person (id),
    note        TEXT    NOT NULL,
    due_at      BIGINT,
    at          BIGINT  NOT NULL,
    recalled_at BIGINT,
    CHECK (from_person <> to_person)
);
CREATE UNIQUE INDEX forwarding_live ON forwarding (subject, from_person, to_person) WHERE recalled_at IS NULL;
CREATE INDEX forwarding_customer ON forwarding (customer, at);
CREATE INDEX forwarding_from ON forwarding (from_person);
CREATE INDEX forwarding_to ON forwarding (to_person);
CREATE INDEX forwarding_due ON forwarding (due_at) WHERE recalled_at IS NULL AND due_at IS NOT NULL;

-- What the customer does with a system user. reviewed_at is when it last said
-- that it is to be kept.
ALTER TABLE system_user ADD COLUMN customer_paused_at BIGINT;
ALTER TABLE system_user ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE system_user ADD COLUMN reviewed_at BIGINT;

-- How often a system user was used on a day, counted from 1 January 1970 in UTC.
CREATE TABLE system_user_day (
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    day            BIGINT  NOT NULL,
    n              BIGINT  NOT NULL CHECK (n > 0),
    PRIMARY KEY (system_user_id, day)
);
CREATE INDEX system_user_day_day ON system_user_day (day);

-- A supplier that may not ask the customer for anything; rows stay.
CREATE TABLE supplier_block (
    id         TEXT    NOT NULL PRIMARY KEY,
    customer   TEXT    NOT NULL REFERENCES organisation (org_no),
    supplier   TEXT    NOT NULL REFERENCES organisation (org_no),
    reason     TEXT    NOT NULL,
    blocked_by TEXT    NOT NULL REFERENCES person (id),
    at         BIGINT  NOT NULL,
    ended_at   BIGINT
);
CREATE UNIQUE INDEX supplier_block_live ON supplier_block (customer, supplier) WHERE ended_at IS NULL;
CREATE INDEX supplier_block_person ON supplier_block (blocked_by);

-- Jobs are suppliers' and customers': of a customer's, person_id is who started
-- it, and system_user_id the agent whose clients it is about.
ALTER TABLE bulk_job RENAME COLUMN supplier TO owner;
ALTER TABLE bulk_job DROP CONSTRAINT bulk_job_kind_check;
ALTER TABLE bulk_job ADD CONSTRAINT bulk_job_kind_check CHECK (kind IN ('requests', 'agentrequests', 'changerequests', 'attach', 'detach'));
ALTER TABLE bulk_job ADD COLUMN person_id TEXT REFERENCES person (id);
ALTER TABLE bulk_job ADD COLUMN level BIGINT NOT NULL DEFAULT 0;
ALTER TABLE bulk_job ADD COLUMN system_user_id TEXT REFERENCES system_user (id);
ALTER TABLE bulk_job ADD CONSTRAINT bulk_job_person_check CHECK ((person_id IS NULL) = (system_user_id IS NULL));
ALTER INDEX bulk_job_supplier RENAME TO bulk_job_owner;
CREATE INDEX bulk_job_user ON bulk_job (system_user_id, created_at, id) WHERE system_user_id IS NOT NULL;
CREATE INDEX bulk_job_person ON bulk_job (person_id) WHERE person_id IS NOT NULL;

-- Clients that a facilitator gets by the relation are attached to the agent as
-- they come, for as long as who said so may attach clients; rows stay.
CREATE TABLE client_rule (
    id             TEXT    NOT NULL PRIMARY KEY,
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    relation       TEXT    NOT NULL CHECK (relation <> ''),
    given_by       TEXT    NOT NULL REFERENCES person (id),
    level          BIGINT  NOT NULL,
    from_at        BIGINT  NOT NULL,
    ended_at       BIGINT
);
CREATE UNIQUE INDEX client_rule_live ON client_rule (system_user_id, relation) WHERE ended_at IS NULL;
CREATE INDEX client_rule_person ON client_rule (given_by);
CREATE INDEX client_delegation_user ON client_delegation (system_user_id, client);
ALTER TABLE bulk_job ADD COLUMN rule_id TEXT REFERENCES client_rule (id);
CREATE INDEX bulk_job_rule ON bulk_job (rule_id) WHERE rule_id IS NOT NULL;

-- Each event of the outbox is once made into what people are told.
ALTER TABLE outbox_event ADD COLUMN told_at BIGINT;
UPDATE outbox_event SET told_at = at;
CREATE INDEX outbox_event_untold ON outbox_event (seq) WHERE told_at IS NULL;

CREATE TABLE notice (
    id        TEXT    NOT NULL PRIMARY KEY,
    person_id TEXT    NOT NULL REFERENCES person (id),
    org_no    TEXT    NOT NULL REFERENCES organisation (org_no),
    type      TEXT    NOT NULL CHECK (type IN ('asked', 'forwarded', 'decided', 'answered', 'expiring')),
    subject   TEXT    NOT NULL CHECK (subject <> ''),
    at        BIGINT  NOT NULL,
    read_at   BIGINT,
    UNIQUE (person_id, type, subject, at)
);
CREATE INDEX notice_person ON notice (person_id, org_no, at);
CREATE INDEX notice_unread ON notice (person_id, org_no) WHERE read_at IS NULL;
CREATE INDEX notice_subject ON notice (subject) WHERE read_at IS NULL;
CREATE INDEX notice_at ON notice (at);

-- What a person wants to be told of, and how. Without a row: here, not by mail,
-- and not of what others have answered.
CREATE TABLE notice_choice (
    person_id TEXT    NOT NULL REFERENCES person (id),
    type      TEXT    NOT NULL CHECK (type IN ('asked', 'forwarded', 'decided', 'answered', 'expiring')),
    here      BOOLEAN NOT NULL,
    mail      BOOLEAN NOT NULL,
    lang      TEXT    NOT NULL,
    PRIMARY KEY (person_id, type)
);

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
    at        BIGINT  NOT NULL,
    next_at   BIGINT  NOT NULL,
    tries     BIGINT  NOT NULL,
    CHECK ((person_id IS NULL) <> (address = ''))
);
CREATE INDEX mail_next ON mail (next_at, id);
CREATE INDEX mail_person ON mail (person_id) WHERE person_id IS NOT NULL;

-- +goose Down
DROP TABLE mail;
DROP TABLE notice_choice;
DROP TABLE notice;
DROP INDEX outbox_event_untold;
ALTER TABLE outbox_event DROP COLUMN told_at;
DROP INDEX client_delegation_user;
DROP INDEX bulk_job_rule;
ALTER TABLE bulk_job DROP COLUMN rule_id;
DROP TABLE client_rule;
DELETE FROM bulk_row WHERE job_id IN (SELECT id FROM bulk_job WHERE person_id IS NOT NULL);
DELETE FROM bulk_job WHERE person_id IS NOT NULL;
DROP INDEX bulk_job_person;
DROP INDEX bulk_job_user;
ALTER INDEX bulk_job_owner RENAME TO bulk_job_supplier;
ALTER TABLE bulk_job DROP CONSTRAINT bulk_job_person_check;
ALTER TABLE bulk_job DROP COLUMN system_user_id;
ALTER TABLE bulk_job DROP COLUMN level;
ALTER TABLE bulk_job DROP COLUMN person_id;
ALTER TABLE bulk_job DROP CONSTRAINT bulk_job_kind_check;
ALTER TABLE bulk_job ADD CONSTRAINT bulk_job_kind_check CHECK (kind IN ('requests', 'agentrequests', 'changerequests'));
ALTER TABLE bulk_job RENAME COLUMN owner TO supplier;
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
