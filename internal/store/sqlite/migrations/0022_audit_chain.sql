-- +goose Up

-- The audit log is a chain. digest is a hash of the record, and hash one of digest, of
-- sequence and of the hash before it. changes_digest and salt let changes be erased: it is
-- a hash of both, and stays. sequence is NULL until the record is in the chain.
ALTER TABLE audit ADD COLUMN sequence INTEGER;
ALTER TABLE audit ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN changes_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN digest TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX audit_by_sequence ON audit (sequence);
CREATE INDEX audit_not_in_chain ON audit (at, id) WHERE sequence IS NULL;

-- One row: the last record of the chain, and the last that was deleted for its age.
CREATE TABLE audit_chain (
    one           INTEGER NOT NULL PRIMARY KEY,
    head          INTEGER NOT NULL,
    head_hash     TEXT NOT NULL,
    deleted       INTEGER NOT NULL,
    deleted_hash  TEXT NOT NULL
);
INSERT INTO audit_chain (one, head, head_hash, deleted, deleted_hash) VALUES (1, 0, '', 0, '');

-- +goose Down
DROP TABLE audit_chain;
DROP INDEX audit_not_in_chain;
DROP INDEX audit_by_sequence;
ALTER TABLE audit DROP COLUMN hash;
ALTER TABLE audit DROP COLUMN digest;
ALTER TABLE audit DROP COLUMN changes_digest;
ALTER TABLE audit DROP COLUMN salt;
ALTER TABLE audit DROP COLUMN sequence;
