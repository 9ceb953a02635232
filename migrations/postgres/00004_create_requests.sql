-- Requests for system users, and the system users that came of them.

-- +goose Up
CREATE TABLE request (
    id           TEXT    NOT NULL PRIMARY KEY,
    kind         TEXT    NOT NULL CHECK (kind IN ('standard', 'agent')),
    system_id    TEXT    NOT NULL,
    supplier     TEXT    NOT NULL,
    customer     TEXT    NOT NULL REFERENCES organisation (org_no),
    external_ref TEXT    NOT NULL CHECK (external_ref <> ''),
    title        TEXT    NOT NULL,
    redirect_url TEXT    NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('pending', 'accepted', 'rejected', 'withdrawn', 'expired')),
    reason       TEXT    NOT NULL,
    decided_by   TEXT    REFERENCES person (id),
    decided_at   BIGINT,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    version      BIGINT  NOT NULL CHECK (version > 0),
    FOREIGN KEY (system_id, supplier) REFERENCES system (id, supplier),
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
-- One pending request for a system, customer and external reference.
CREATE UNIQUE INDEX request_pending ON request (system_id, customer, external_ref) WHERE status = 'pending';
-- What explains that there is no system user: refusals ask for it.
CREATE INDEX request_rejected ON request (system_id, customer, external_ref) WHERE status = 'rejected';
CREATE INDEX request_customer ON request (customer, created_at);
CREATE INDEX request_supplier ON request (supplier, created_at);
CREATE INDEX request_system ON request (system_id, created_at);
CREATE INDEX request_due ON request (expires_at) WHERE status = 'pending';

CREATE TABLE request_item (
    request_id TEXT    NOT NULL REFERENCES request (id),
    position   BIGINT  NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('right', 'package')),
    ref        TEXT    NOT NULL CHECK (ref <> ''),
    action     TEXT    NOT NULL,
    PRIMARY KEY (request_id, position),
    UNIQUE (request_id, kind, ref, action)
);

CREATE TABLE system_user (
    id            TEXT    NOT NULL PRIMARY KEY,
    kind          TEXT    NOT NULL CHECK (kind IN ('standard', 'agent')),
    system_id     TEXT    NOT NULL REFERENCES system (id),
    customer      TEXT    NOT NULL REFERENCES organisation (org_no),
    external_ref  TEXT    NOT NULL CHECK (external_ref <> ''),
    title         TEXT    NOT NULL,
    status        TEXT    NOT NULL CHECK (status IN ('active', 'revoked')),
    approved_by   TEXT    NOT NULL REFERENCES person (id),
    created_at    BIGINT  NOT NULL,
    revoked_at    BIGINT,
    version       BIGINT  NOT NULL CHECK (version > 0),
    first_used_at BIGINT,
    last_used_at  BIGINT,
    uses          BIGINT  NOT NULL DEFAULT 0,
    CHECK ((status = 'revoked') = (revoked_at IS NOT NULL))
);
-- One live system user for a system, customer and external reference.
CREATE UNIQUE INDEX system_user_live ON system_user (system_id, customer, external_ref) WHERE status <> 'revoked';
CREATE INDEX system_user_revoked ON system_user (system_id, customer, external_ref) WHERE status = 'revoked';
CREATE INDEX system_user_customer ON system_user (customer, created_at);

CREATE TABLE delegation (
    system_user_id TEXT    NOT NULL REFERENCES system_user (id),
    position       BIGINT  NOT NULL,
    kind           TEXT    NOT NULL CHECK (kind IN ('right', 'package')),
    ref            TEXT    NOT NULL CHECK (ref <> ''),
    action         TEXT    NOT NULL,
    PRIMARY KEY (system_user_id, position),
    UNIQUE (system_user_id, kind, ref, action)
);

-- +goose Down
DROP TABLE delegation;
DROP TABLE system_user;
DROP TABLE request_item;
DROP TABLE request;
