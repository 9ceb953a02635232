-- The keys that national ids are kept under, each named by what proves it. A row
-- of person says which; the keys themselves are outside the database.

-- +goose Up
CREATE TABLE pid_key (
    version BIGINT  NOT NULL PRIMARY KEY CHECK (version > 0),
    proof   BYTEA   NOT NULL UNIQUE,
    newest  BOOLEAN NOT NULL,
    made_at BIGINT  NOT NULL
);
CREATE UNIQUE INDEX pid_key_newest ON pid_key (newest) WHERE newest;
INSERT INTO pid_key (version, proof, newest, made_at)
SELECT 1, value, TRUE, CAST(extract(epoch FROM now()) * 1000 AS BIGINT) FROM setting WHERE name = 'key_check';
DELETE FROM setting WHERE name = 'key_check';
CREATE INDEX person_pid_key ON person (pid_key) WHERE pid_key IS NOT NULL;

-- +goose Down
DROP INDEX person_pid_key;
INSERT INTO setting (name, value) SELECT 'key_check', proof FROM pid_key WHERE newest;
DROP TABLE pid_key;
