-- People, organisations and authority: what a holding comes from and how long
-- it lasts, with its history; logins, so that they can be ended; invitations;
-- what a register says of an organisation.

-- +goose Up
ALTER TABLE organisation ADD COLUMN parent TEXT;
ALTER TABLE organisation ADD COLUMN struck_off_at INTEGER;
CREATE INDEX organisation_parent ON organisation (parent) WHERE parent IS NOT NULL;

ALTER TABLE person ADD COLUMN last_org_no TEXT;
ALTER TABLE person ADD COLUMN erased_at INTEGER;

-- The address is one that the provider has verified, in lower case.
ALTER TABLE identity ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE identity ADD COLUMN linked_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE identity ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE identity SET linked_at = (SELECT created_at FROM person WHERE id = person_id), seen_at = (SELECT created_at FROM person WHERE id = person_id);
CREATE INDEX identity_email ON identity (email) WHERE email <> '';

-- Rows stay when a holding ends. The same role from two sources is two rows.
ALTER TABLE holding RENAME TO holding_before;
CREATE TABLE holding (
    id        TEXT    NOT NULL PRIMARY KEY,
    person_id TEXT    NOT NULL REFERENCES person (id),
    org_no    TEXT    NOT NULL REFERENCES organisation (org_no),
    urn       TEXT    NOT NULL CHECK (urn <> ''),
    source    TEXT    NOT NULL,
    from_at   INTEGER NOT NULL,
    until_at  INTEGER,
    ended_at  INTEGER,
    given_by  TEXT    REFERENCES person (id)
) STRICT;
INSERT INTO holding (id, person_id, org_no, urn, source, from_at, until_at)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), person_id, org_no, urn, source, from_at, until_at FROM holding_before;
DROP TABLE holding_before;
CREATE UNIQUE INDEX holding_live ON holding (person_id, org_no, urn, source) WHERE ended_at IS NULL;
CREATE INDEX holding_organisation ON holding (org_no, from_at);
CREATE INDEX holding_person ON holding (person_id, from_at);

ALTER TABLE relation RENAME TO relation_before;
CREATE TABLE relation (
    id          TEXT    NOT NULL PRIMARY KEY,
    facilitator TEXT    NOT NULL REFERENCES organisation (org_no),
    client      TEXT    NOT NULL REFERENCES organisation (org_no),
    role_urn    TEXT    NOT NULL CHECK (role_urn <> ''),
    source      TEXT    NOT NULL,
    from_at     INTEGER NOT NULL,
    ended_at    INTEGER,
    CHECK (facilitator <> client)
) STRICT;
INSERT INTO relation (id, facilitator, client, role_urn, source, from_at)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))), facilitator, client, role_urn, 'import', CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM relation_before;
DROP TABLE relation_before;
CREATE UNIQUE INDEX relation_live ON relation (facilitator, client, role_urn, source) WHERE ended_at IS NULL;
CREATE INDEX relation_client ON relation (client, from_at);

-- One sign-in of a person in one browser. What the browser holds is in session.
CREATE TABLE login (
    id         TEXT    NOT NULL PRIMARY KEY,
    person_id  TEXT    NOT NULL REFERENCES person (id),
    provider   TEXT    NOT NULL,
    issuer     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    sid        TEXT    NOT NULL,
    level      INTEGER NOT NULL,
    auth_at    INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    agent      TEXT    NOT NULL
) STRICT;
CREATE INDEX login_person ON login (person_id, started_at);
CREATE INDEX login_identity ON login (issuer, subject) WHERE ended_at IS NULL;
CREATE INDEX login_sid ON login (issuer, sid) WHERE ended_at IS NULL AND sid <> '';
CREATE INDEX login_started ON login (started_at);

-- The secret is in the link alone; its hash is here.
CREATE TABLE invitation (
    id            TEXT    NOT NULL PRIMARY KEY,
    secret        BLOB    NOT NULL UNIQUE,
    org_no        TEXT    NOT NULL REFERENCES organisation (org_no),
    urn           TEXT    NOT NULL CHECK (urn <> ''),
    role_until_at INTEGER,
    email         TEXT    NOT NULL,
    invited_by    TEXT    REFERENCES person (id),
    status        TEXT    NOT NULL CHECK (status IN ('open', 'accepted', 'revoked')),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    ended_by      TEXT    REFERENCES person (id),
    version       INTEGER NOT NULL CHECK (version > 0),
    CHECK ((status = 'open') = (ended_at IS NULL))
) STRICT;
CREATE INDEX invitation_organisation ON invitation (org_no, created_at);
CREATE INDEX invitation_inviter ON invitation (invited_by) WHERE invited_by IS NOT NULL;

-- Why a live system user gets no tokens for now; empty when it does.
ALTER TABLE system_user ADD COLUMN paused TEXT NOT NULL DEFAULT '';

CREATE INDEX audit_entry_actor ON audit_entry (actor_id, seq);

-- +goose Down
DROP INDEX audit_entry_actor;
ALTER TABLE system_user DROP COLUMN paused;
DROP TABLE invitation;
DROP TABLE login;

DROP INDEX relation_live;
DROP INDEX relation_client;
ALTER TABLE relation RENAME TO relation_after;
CREATE TABLE relation (
    facilitator TEXT NOT NULL REFERENCES organisation (org_no),
    client      TEXT NOT NULL REFERENCES organisation (org_no),
    role_urn    TEXT NOT NULL CHECK (role_urn <> ''),
    PRIMARY KEY (facilitator, client, role_urn),
    CHECK (facilitator <> client)
) STRICT;
INSERT INTO relation (facilitator, client, role_urn)
SELECT DISTINCT facilitator, client, role_urn FROM relation_after WHERE ended_at IS NULL;
DROP TABLE relation_after;
CREATE INDEX relation_client ON relation (client);

DROP INDEX holding_live;
DROP INDEX holding_organisation;
DROP INDEX holding_person;
ALTER TABLE holding RENAME TO holding_after;
CREATE TABLE holding (
    person_id TEXT    NOT NULL REFERENCES person (id),
    org_no    TEXT    NOT NULL REFERENCES organisation (org_no),
    urn       TEXT    NOT NULL CHECK (urn <> ''),
    source    TEXT    NOT NULL,
    from_at   INTEGER NOT NULL,
    until_at  INTEGER,
    PRIMARY KEY (person_id, org_no, urn)
) STRICT;
INSERT INTO holding (person_id, org_no, urn, source, from_at, until_at)
SELECT person_id, org_no, urn, MIN(source), MIN(from_at), MAX(until_at)
FROM holding_after WHERE ended_at IS NULL GROUP BY person_id, org_no, urn;
DROP TABLE holding_after;
CREATE INDEX holding_organisation ON holding (org_no);

DROP INDEX identity_email;
ALTER TABLE identity DROP COLUMN seen_at;
ALTER TABLE identity DROP COLUMN linked_at;
ALTER TABLE identity DROP COLUMN email;
ALTER TABLE person DROP COLUMN erased_at;
ALTER TABLE person DROP COLUMN last_org_no;
DROP INDEX organisation_parent;
ALTER TABLE organisation DROP COLUMN struck_off_at;
ALTER TABLE organisation DROP COLUMN parent;
