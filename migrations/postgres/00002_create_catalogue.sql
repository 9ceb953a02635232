-- What rights are about: resources, access packages, roles, and the matrix
-- that says which role carries which package.

-- +goose Up
-- Goes up by one with every transaction that changes the catalogue.
CREATE TABLE catalogue_version (
    id      BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    version BIGINT  NOT NULL
);
INSERT INTO catalogue_version (id, version) VALUES (1, 0);

CREATE TABLE area (
    id      TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    name_nb TEXT NOT NULL,
    name_nn TEXT NOT NULL,
    name_en TEXT NOT NULL
);

CREATE TABLE access_package (
    urn            TEXT    NOT NULL PRIMARY KEY CHECK (urn <> ''),
    name_nb        TEXT    NOT NULL,
    name_nn        TEXT    NOT NULL,
    name_en        TEXT    NOT NULL,
    description_nb TEXT    NOT NULL,
    description_nn TEXT    NOT NULL,
    description_en TEXT    NOT NULL,
    area_id        TEXT    REFERENCES area (id),
    delegable      BOOLEAN NOT NULL,
    assignable     BOOLEAN NOT NULL,
    for_persons    BOOLEAN NOT NULL
);

CREATE TABLE role (
    urn     TEXT NOT NULL PRIMARY KEY CHECK (urn <> ''),
    name_nb TEXT NOT NULL,
    name_nn TEXT NOT NULL,
    name_en TEXT NOT NULL
);

CREATE TABLE role_package (
    role_urn     TEXT    NOT NULL REFERENCES role (urn),
    package_urn  TEXT    NOT NULL REFERENCES access_package (urn),
    variant      TEXT    NOT NULL,
    can_delegate BOOLEAN NOT NULL,
    can_assign   BOOLEAN NOT NULL,
    has_access   BOOLEAN NOT NULL,
    PRIMARY KEY (role_urn, package_urn, variant)
);

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
    refused        BOOLEAN NOT NULL
);

CREATE TABLE resource_action (
    resource_id TEXT    NOT NULL REFERENCES resource (id),
    action      TEXT    NOT NULL CHECK (action <> ''),
    position    BIGINT  NOT NULL,
    PRIMARY KEY (resource_id, action)
);

CREATE TABLE resource_package (
    resource_id TEXT    NOT NULL REFERENCES resource (id),
    package_urn TEXT    NOT NULL REFERENCES access_package (urn),
    position    BIGINT  NOT NULL,
    PRIMARY KEY (resource_id, package_urn)
);

CREATE TABLE resource_role (
    resource_id TEXT    NOT NULL REFERENCES resource (id),
    role_urn    TEXT    NOT NULL REFERENCES role (urn),
    position    BIGINT  NOT NULL,
    PRIMARY KEY (resource_id, role_urn)
);

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
