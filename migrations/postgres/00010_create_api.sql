-- The API of suppliers and end users: what a change of a system was, what a
-- request says of itself, change requests, clients of agents, the order in
-- which system users changed, bulk jobs, quotas, and answers kept for callers
-- who ask the same thing twice.

-- +goose Up
ALTER TABLE system ADD COLUMN uuid TEXT NOT NULL DEFAULT '';
UPDATE system SET uuid = CAST(gen_random_uuid() AS TEXT);
CREATE UNIQUE INDEX system_uuid ON system (uuid);
ALTER TABLE system ADD COLUMN exact_redirects BOOLEAN NOT NULL DEFAULT FALSE;
-- How many customers have a live system user; counted as they come and go.
ALTER TABLE system ADD COLUMN customers BIGINT NOT NULL DEFAULT 0;
UPDATE system SET customers = (SELECT COUNT(DISTINCT customer) FROM system_user WHERE system_id = system.id AND status <> 'revoked');
CREATE INDEX system_visible ON system (id) WHERE visible AND NOT deleted;

-- One row for each version of a system: what it was made into, by whom.
CREATE TABLE system_change (
    system_id TEXT    NOT NULL REFERENCES system (id),
    version   BIGINT  NOT NULL,
    type      TEXT    NOT NULL CHECK (type IN ('create', 'update', 'rightsupdate', 'accesspackageupdate', 'delete')),
    org_no    TEXT    NOT NULL,
    client_id TEXT    NOT NULL,
    at        BIGINT  NOT NULL,
    snapshot  TEXT    NOT NULL,
    PRIMARY KEY (system_id, version)
);

-- removed_at: the supplier deleted the request, or its system user has ended;
-- the API shows it no more.
ALTER TABLE request ADD COLUMN removed_at BIGINT;
ALTER TABLE request ADD COLUMN escalated BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE request ADD COLUMN purpose_nb TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN purpose_nn TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN purpose_en TEXT NOT NULL DEFAULT '';
ALTER TABLE request ADD COLUMN valid_to_at BIGINT;
ALTER TABLE request ADD COLUMN contact_email TEXT NOT NULL DEFAULT '';
ALTER TABLE request_item ADD COLUMN purpose_nb TEXT NOT NULL DEFAULT '';
ALTER TABLE request_item ADD COLUMN purpose_nn TEXT NOT NULL DEFAULT '';
ALTER TABLE request_item ADD COLUMN purpose_en TEXT NOT NULL DEFAULT '';
CREATE INDEX request_page ON request (system_id, kind, created_at, id) WHERE removed_at IS NULL;
CREATE INDEX request_triple ON request (system_id, customer, external_ref, created_at);

-- The id is the supplier's correlation id unless another supplier was first.
CREATE TABLE change_request (
    id             TEXT    NOT NULL PRIMARY KEY,
    correlation_id TEXT    NOT NULL,
    supplier       TEXT    NOT NULL,
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    system_id      TEXT    NOT NULL,
    customer       TEXT    NOT NULL REFERENCES organisation (org_no),
    redirect_url   TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected', 'withdrawn', 'expired')),
    reason         TEXT    NOT NULL,
    decided_by     TEXT    REFERENCES person (id),
    decided_at     BIGINT,
    created_at     BIGINT  NOT NULL,
    expires_at     BIGINT  NOT NULL,
    removed_at     BIGINT,
    purpose_nb     TEXT    NOT NULL,
    purpose_nn     TEXT    NOT NULL,
    purpose_en     TEXT    NOT NULL,
    contact_email  TEXT    NOT NULL,
    version        BIGINT  NOT NULL CHECK (version > 0),
    FOREIGN KEY (system_id, supplier) REFERENCES system (id, supplier),
    UNIQUE (supplier, correlation_id),
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
CREATE INDEX change_request_page ON change_request (system_id, created_at, id) WHERE removed_at IS NULL;
CREATE INDEX change_request_customer ON change_request (customer, created_at);
CREATE INDEX change_request_user ON change_request (system_user_id, created_at);
CREATE INDEX change_request_due ON change_request (expires_at) WHERE status = 'pending';

CREATE TABLE change_request_item (
    change_id  TEXT    NOT NULL REFERENCES change_request (id),
    position   BIGINT  NOT NULL,
    unwanted   BOOLEAN NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('right', 'package')),
    ref        TEXT    NOT NULL CHECK (ref <> ''),
    action     TEXT    NOT NULL,
    purpose_nb TEXT    NOT NULL,
    purpose_nn TEXT    NOT NULL,
    purpose_en TEXT    NOT NULL,
    PRIMARY KEY (change_id, position),
    UNIQUE (change_id, unwanted, kind, ref, action)
);

-- seq numbers system users in the order in which their last changes were
-- committed. revoked_by says whose act the end was.
ALTER TABLE system_user ADD COLUMN valid_to_at BIGINT;
ALTER TABLE system_user ADD COLUMN supplier_paused_at BIGINT;
ALTER TABLE system_user ADD COLUMN changed_at BIGINT  NOT NULL DEFAULT 0;
ALTER TABLE system_user ADD COLUMN revoked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE system_user ADD COLUMN seq BIGINT  NOT NULL DEFAULT 0;
UPDATE system_user SET changed_at = COALESCE(revoked_at, created_at), revoked_by = CASE WHEN revoked_at IS NULL THEN '' ELSE 'customer' END,
    seq = (SELECT n FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY COALESCE(revoked_at, created_at), id) AS n FROM system_user) AS numbered WHERE numbered.id = system_user.id);
CREATE UNIQUE INDEX system_user_seq ON system_user (seq);
CREATE INDEX system_user_system ON system_user (system_id, seq);
CREATE INDEX system_user_due ON system_user (valid_to_at) WHERE status <> 'revoked' AND valid_to_at IS NOT NULL;
CREATE TABLE system_user_counter (
    id   BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    next BIGINT  NOT NULL
);
INSERT INTO system_user_counter (id, next) SELECT 1, COALESCE(MAX(seq), 0) + 1 FROM system_user;

-- A client organisation attached to an agent system user; rows stay.
CREATE TABLE client_delegation (
    id             TEXT    NOT NULL PRIMARY KEY,
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    client         TEXT    NOT NULL REFERENCES organisation (org_no),
    given_by       TEXT    REFERENCES person (id),
    from_at        BIGINT  NOT NULL,
    ended_at       BIGINT
);
CREATE UNIQUE INDEX client_delegation_live ON client_delegation (system_user_id, client) WHERE ended_at IS NULL;
CREATE INDEX client_delegation_client ON client_delegation (client) WHERE ended_at IS NULL;

-- A job's rows are put one by one, when next_at comes: those of a supplier in
-- turn. A row keeps its body until it has ended.
CREATE TABLE bulk_job (
    id         TEXT    NOT NULL PRIMARY KEY,
    supplier   TEXT    NOT NULL,
    issuer     TEXT    NOT NULL,
    client_id  TEXT    NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('requests', 'agentrequests', 'changerequests')),
    defaults   TEXT    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('running', 'done', 'cancelled')),
    total      BIGINT  NOT NULL,
    done       BIGINT  NOT NULL,
    failed     BIGINT  NOT NULL,
    cancelled  BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    ended_at   BIGINT,
    next_at    BIGINT  NOT NULL,
    CHECK ((status = 'running') = (ended_at IS NULL)),
    CHECK (done + failed + cancelled <= total)
);
CREATE INDEX bulk_job_supplier ON bulk_job (supplier, created_at, id);
CREATE INDEX bulk_job_running ON bulk_job (supplier, next_at, id) WHERE status = 'running';
CREATE INDEX bulk_job_ended ON bulk_job (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE bulk_row (
    job_id         TEXT    NOT NULL REFERENCES bulk_job (id),
    position       BIGINT  NOT NULL,
    body           TEXT    NOT NULL,
    customer       TEXT    NOT NULL,
    external_ref   TEXT    NOT NULL,
    correlation_id TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('waiting', 'done', 'failed', 'cancelled')),
    next_at        BIGINT  NOT NULL,
    answer         BIGINT  NOT NULL,
    code           TEXT    NOT NULL,
    detail         TEXT    NOT NULL,
    repeated       TEXT    NOT NULL,
    result_id      TEXT    NOT NULL,
    PRIMARY KEY (job_id, position)
);
CREATE INDEX bulk_row_waiting ON bulk_row (job_id, next_at, position) WHERE status = 'waiting';
CREATE INDEX bulk_row_status ON bulk_row (job_id, status, position);

CREATE TABLE quota (
    name      TEXT    NOT NULL,
    window_at BIGINT  NOT NULL,
    n         BIGINT  NOT NULL,
    PRIMARY KEY (name, window_at)
);
CREATE INDEX quota_window ON quota (window_at);

CREATE TABLE idempotency (
    caller TEXT    NOT NULL,
    route  TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    digest BYTEA   NOT NULL,
    status BIGINT  NOT NULL,
    header TEXT    NOT NULL,
    body   BYTEA   NOT NULL,
    at     BIGINT  NOT NULL,
    PRIMARY KEY (caller, route, key)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
DROP TABLE idempotency;
DROP TABLE quota;
DROP TABLE bulk_row;
DROP TABLE bulk_job;
DROP TABLE client_delegation;
DROP TABLE system_user_counter;
DROP INDEX system_user_due;
DROP INDEX system_user_system;
DROP INDEX system_user_seq;
ALTER TABLE system_user DROP COLUMN seq;
ALTER TABLE system_user DROP COLUMN revoked_by;
ALTER TABLE system_user DROP COLUMN changed_at;
ALTER TABLE system_user DROP COLUMN supplier_paused_at;
ALTER TABLE system_user DROP COLUMN valid_to_at;
DROP TABLE change_request_item;
DROP TABLE change_request;
DROP INDEX request_triple;
DROP INDEX request_page;
ALTER TABLE request_item DROP COLUMN purpose_en;
ALTER TABLE request_item DROP COLUMN purpose_nn;
ALTER TABLE request_item DROP COLUMN purpose_nb;
ALTER TABLE request DROP COLUMN contact_email;
ALTER TABLE request DROP COLUMN valid_to_at;
ALTER TABLE request DROP COLUMN purpose_en;
ALTER TABLE request DROP COLUMN purpose_nn;
ALTER TABLE request DROP COLUMN purpose_nb;
ALTER TABLE request DROP COLUMN escalated;
ALTER TABLE request DROP COLUMN removed_at;
DROP TABLE system_change;
DROP INDEX system_visible;
ALTER TABLE system DROP COLUMN customers;
ALTER TABLE system DROP COLUMN exact_redirects;
DROP INDEX system_uuid;
ALTER TABLE system DROP COLUMN uuid;
