-- Suppliers' systems, the OAuth clients they run as, what they ask for and
-- where the browser may go.

-- +goose Up
CREATE TABLE system (
    id             TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    supplier       TEXT    NOT NULL REFERENCES organisation (org_no),
    name_nb        TEXT    NOT NULL,
    name_nn        TEXT    NOT NULL,
    name_en        TEXT    NOT NULL,
    description_nb TEXT    NOT NULL,
    description_nn TEXT    NOT NULL,
    description_en TEXT    NOT NULL,
    visible        INTEGER NOT NULL CHECK (visible IN (0, 1)),
    deleted        INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    version        INTEGER NOT NULL CHECK (version > 0),
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    UNIQUE (id, supplier)
) STRICT;
CREATE INDEX system_supplier ON system (supplier, created_at);

-- A client is one system's alone: client ids are unique within an issuer.
CREATE TABLE system_client (
    issuer    TEXT    NOT NULL CHECK (issuer <> ''),
    client_id TEXT    NOT NULL CHECK (client_id <> ''),
    system_id TEXT    NOT NULL REFERENCES system (id),
    position  INTEGER NOT NULL,
    PRIMARY KEY (issuer, client_id)
) STRICT;
CREATE INDEX system_client_system ON system_client (system_id);

CREATE TABLE system_ask (
    system_id  TEXT    NOT NULL REFERENCES system (id),
    position   INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('right', 'package')),
    ref        TEXT    NOT NULL CHECK (ref <> ''),
    action     TEXT    NOT NULL,
    purpose_nb TEXT    NOT NULL,
    purpose_nn TEXT    NOT NULL,
    purpose_en TEXT    NOT NULL,
    PRIMARY KEY (system_id, position),
    UNIQUE (system_id, kind, ref, action)
) STRICT;

CREATE TABLE system_redirect (
    system_id TEXT    NOT NULL REFERENCES system (id),
    position  INTEGER NOT NULL,
    url       TEXT    NOT NULL CHECK (url <> ''),
    PRIMARY KEY (system_id, position)
) STRICT;

-- +goose Down
DROP TABLE system_redirect;
DROP TABLE system_ask;
DROP TABLE system_client;
DROP TABLE system;
