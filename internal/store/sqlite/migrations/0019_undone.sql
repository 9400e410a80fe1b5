-- +goose Up

-- What a plan for a rollback takes back, as JSON.
ALTER TABLE plan ADD COLUMN undoing TEXT;

-- What rollbacks took back of the objects of records, and is not done again (ledger.Undone).
-- body is JSON.
CREATE TABLE undone (
    target INTEGER NOT NULL,
    source INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    record INTEGER NOT NULL,
    body   TEXT    NOT NULL,
    PRIMARY KEY (target, source, kind, record)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE undone;
ALTER TABLE plan DROP COLUMN undoing;
