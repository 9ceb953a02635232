-- What rights are about: resources, access packages, roles, and the matrix
-- that says which role carries which package.

-- +goose Up
-- Goes up by one with every transaction that changes the catalogue.
CREATE TABLE catalogue_version (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO catalogue_version (id, version) VALUES (1, 0);

CREATE TABLE area (
    id      TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    name_nb TEXT NOT NULL,
    name_nn TEXT NOT NULL,
    name_en TEXT NOT NULL
) STRICT;

CREATE TABLE access_package (
    urn            TEXT    NOT NULL PRIMARY KEY CHECK (urn <> ''),
    name_nb        TEXT    NOT NULL,
    name_nn        TEXT    NOT NULL,
    name_en        TEXT    NOT NULL,
    description_nb TEXT    NOT NULL,
    description_nn TEXT    NOT NULL,
    description_en TEXT    NOT NULL,
    area_id        TEXT    REFERENCES area (id),
    delegable      INTEGER NOT NULL CHECK (delegable IN (0, 1)),
    assignable     INTEGER NOT NULL CHECK (assignable IN (0, 1)),
    for_persons    INTEGER NOT NULL CHECK (for_persons IN (0, 1))
) STRICT;

CREATE TABLE role (
    urn     TEXT NOT NULL PRIMARY KEY CHECK (urn <> ''),
    name_nb TEXT NOT NULL,
    name_nn TEXT NOT NULL,
    name_en TEXT NOT NULL
) STRICT;

CREATE TABLE role_package (
    role_urn     TEXT    NOT NULL REFERENCES role (urn),
    package_urn  TEXT    NOT NULL REFERENCES access_package (urn),
    variant      TEXT    NOT NULL,
    can_delegate INTEGER NOT NULL CHECK (can_delegate IN (0, 1)),
    can_assign   INTEGER NOT NULL CHECK (can_assign IN (0, 1)),
    has_access   INTEGER NOT NULL CHECK (has_access IN (0, 1)),
    PRIMARY KEY (role_urn, package_urn, variant)
) STRICT;

CREATE TABLE resource (
    id             TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    title_nb       TEXT    NOT NULL,
    title_nn       TEXT    NOT NULL,
    title_en       TEXT    NOT NULL,
    description_nb TEXT    NOT NULL,
    description_nn TEXT    NOT NULL,
    description_en TEXT    NOT NULL,
    owner          TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    refused        INTEGER NOT NULL CHECK (refused IN (0, 1))
) STRICT;

CREATE TABLE resource_action (
    resource_id TEXT    NOT NULL REFERENCES resource (id),
    action      TEXT    NOT NULL CHECK (action <> ''),
    position    INTEGER NOT NULL,
    PRIMARY KEY (resource_id, action)
) STRICT;

CREATE TABLE resource_package (
    resource_id TEXT    NOT NULL REFERENCES resource (id),
    package_urn TEXT    NOT NULL REFERENCES access_package (urn),
    position    INTEGER NOT NULL,
    PRIMARY KEY (resource_id, package_urn)
) STRICT;

CREATE TABLE resource_role (
    resource_id TEXT    NOT NULL REFERENCES resource (id),
    role_urn    TEXT    NOT NULL REFERENCES role (urn),
    position    INTEGER NOT NULL,
    PRIMARY KEY (resource_id, role_urn)
) STRICT;

-- +goose Down
DROP TABLE resource_role;
DROP TABLE resource_package;
DROP TABLE resource_action;
DROP TABLE resource;
DROP TABLE role_package;
DROP TABLE role;
DROP TABLE access_package;
DROP TABLE area;
DROP TABLE catalogue_version;
