-- +goose Up

-- The journal keeps the effects of a plan in sheets of many, packed (package
-- plan). What is left of a plan that was cut off is planned anew by the next run,
-- which looks at the directory itself for what was done of it: its version is not
-- the one that was noted. The lines of plans that were applied nobody reads.
UPDATE plan SET state = 'dropped' WHERE state = 'planned';
DROP TABLE effect;
CREATE TABLE effect (
    plan  INTEGER NOT NULL,
    seq   INTEGER NOT NULL, -- of the last line
    lines INTEGER NOT NULL,
    body  BLOB    NOT NULL,
    PRIMARY KEY (plan, seq)
);

-- +goose Down
DROP TABLE effect;
CREATE TABLE effect (
    plan   INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    source INTEGER NOT NULL,
    object INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    PRIMARY KEY (plan, seq)
) WITHOUT ROWID;
