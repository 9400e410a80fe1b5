-- +goose Up

-- The journal keeps the effects of a plan in sheets of many, packed (package
-- plan). What is left of a plan that was cut off is planned anew by the next run,
-- which looks at the directory itself for what was done of it: its version is not
-- the one that was noted. The lines of plans that were applied nobody reads.
UPDATE plan SET state = 'dropped' WHERE state = 'planned';
DROP TABLE effect;
CREATE TABLE effect (
    plan  BIGINT NOT NULL,
    seq   BIGINT NOT NULL, -- of the last line
    lines BIGINT NOT NULL,
    body  BYTEA  NOT NULL,
    PRIMARY KEY (plan, seq)
);
ALTER TABLE effect ALTER COLUMN body SET STORAGE EXTERNAL; -- packed already

-- +goose Down
DROP TABLE effect;
CREATE TABLE effect (
    plan   BIGINT NOT NULL,
    seq    BIGINT NOT NULL,
    kind   BIGINT NOT NULL,
    source BIGINT NOT NULL,
    object BIGINT NOT NULL,
    body   BYTEA    NOT NULL,
    PRIMARY KEY (plan, seq)
);
