-- Organisations, persons, what persons hold, and who serves whom.
-- Times are milliseconds since 1970 in UTC, in columns named …_at.

-- +goose Up
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE organisation (
    org_no   TEXT    NOT NULL PRIMARY KEY CHECK (length(org_no) = 9),
    name     TEXT    NOT NULL,
    form     TEXT    NOT NULL,
    party_id BIGINT  NOT NULL UNIQUE,
    uuid     TEXT    NOT NULL UNIQUE,
    since_at BIGINT  NOT NULL
);

-- The next party id for an organisation that comes without one. The range is
-- above the numbers that Altinn has given out.
CREATE TABLE party_counter (
    id   BIGINT  NOT NULL PRIMARY KEY CHECK (id = 1),
    next BIGINT  NOT NULL
);
INSERT INTO party_counter (id, next) VALUES (1, 1900000001);

-- A national id is here as a keyed hash, to find a person by, and encrypted,
-- never in clear. The keys are outside the database.
CREATE TABLE person (
    id         TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    pid_hash   BYTEA   UNIQUE,
    pid_cipher BYTEA,
    pid_key    BIGINT,
    user_id    BIGINT  UNIQUE,
    party_uuid TEXT    UNIQUE,
    created_at BIGINT  NOT NULL,
    CHECK ((pid_hash IS NULL) = (pid_cipher IS NULL) AND (pid_hash IS NULL) = (pid_key IS NULL))
);

CREATE TABLE identity (
    issuer    TEXT NOT NULL CHECK (issuer <> ''),
    subject   TEXT NOT NULL CHECK (subject <> ''),
    person_id TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identity_person ON identity (person_id);

CREATE TABLE holding (
    person_id TEXT    NOT NULL REFERENCES person (id),
    org_no    TEXT    NOT NULL REFERENCES organisation (org_no),
    urn       TEXT    NOT NULL CHECK (urn <> ''),
    source    TEXT    NOT NULL,
    from_at   BIGINT  NOT NULL,
    until_at  BIGINT,
    PRIMARY KEY (person_id, org_no, urn)
);
CREATE INDEX holding_organisation ON holding (org_no);

CREATE TABLE relation (
    facilitator TEXT NOT NULL REFERENCES organisation (org_no),
    client      TEXT NOT NULL REFERENCES organisation (org_no),
    role_urn    TEXT NOT NULL CHECK (role_urn <> ''),
    PRIMARY KEY (facilitator, client, role_urn),
    CHECK (facilitator <> client)
);
CREATE INDEX relation_client ON relation (client);

-- +goose Down
DROP TABLE relation;
DROP TABLE holding;
DROP TABLE identity;
DROP TABLE person;
DROP TABLE party_counter;
DROP TABLE organisation;
DROP TABLE setting;
