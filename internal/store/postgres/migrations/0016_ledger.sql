-- +goose Up

-- The ledger (package store/ledgerstore). It takes the place of the journal and of
-- what was remembered: plans from before had no record of what they really did,
-- and are gone. What was left of one that was cut off is planned anew: the next run
-- reads the directory itself, as there is no mark of it.
DROP TABLE effect_failure;
DROP TABLE effect;
DROP TABLE plan;

-- Plans. state is making, or one of ledger.State. All changes up to handed may have
-- been tried; tried is when the last of them were. Times are microseconds since 1970.
CREATE TABLE plan (
    id      BIGINT NOT NULL PRIMARY KEY,
    target  INTEGER NOT NULL,
    run     TEXT    NOT NULL,
    purpose TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    hash    TEXT    NOT NULL,
    created BIGINT NOT NULL,
    counts  TEXT    NOT NULL, -- JSON
    handed  BIGINT NOT NULL,
    tried   BIGINT
);
CREATE INDEX plan_of_run ON plan (run);

-- The parts of a plan, one a school.
CREATE TABLE plan_part (
    plan       BIGINT NOT NULL,
    key        TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    hash       TEXT    NOT NULL,
    counts     TEXT    NOT NULL, -- JSON
    decided_by TEXT,
    decided_at BIGINT,
    note       TEXT,
    PRIMARY KEY (plan, key)
);

-- Every change of every plan, before it is tried. body is JSON, and empty in a
-- change that was erased, of which the digest stays.
CREATE TABLE plan_change (
    plan      BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    wave      INTEGER NOT NULL,
    part      TEXT    NOT NULL,
    verb      TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    source    INTEGER NOT NULL,
    record    BIGINT NOT NULL,
    anchor    TEXT    NOT NULL,
    object_id TEXT    NOT NULL,
    digest    BYTEA    NOT NULL,
    body      TEXT    NOT NULL,
    PRIMARY KEY (plan, seq)
);
CREATE INDEX plan_change_of_record ON plan_change (source, kind, record);

-- What became of a change. state is directory.OutcomeState. body is JSON, and NULL
-- for a change that did all that was asked of it and made nothing.
CREATE TABLE plan_outcome (
    plan      BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    state     INTEGER NOT NULL,
    refused   BOOLEAN NOT NULL, -- some links were
    object_id TEXT    NOT NULL,
    body      TEXT,
    PRIMARY KEY (plan, seq)
);

-- What every target holds of every record: written and links are JSON.
CREATE TABLE held_object (
    target    INTEGER NOT NULL,
    source    INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    record    BIGINT NOT NULL,
    object_id TEXT    NOT NULL,
    at        TEXT    NOT NULL,
    made      BOOLEAN NOT NULL,
    written   TEXT    NOT NULL,
    links     TEXT    NOT NULL,
    PRIMARY KEY (target, source, kind, record)
);

-- Up to where every target was read.
CREATE TABLE target_mark (
    target INTEGER NOT NULL PRIMARY KEY,
    mark   TEXT    NOT NULL
);

-- What Rollbook itself did in the directory that it hosts, and nobody asked for.
ALTER TABLE directory_change ADD COLUMN own BOOLEAN NOT NULL DEFAULT FALSE;

-- What was remembered until now is taken over when the program starts
-- (ledgerstore.TakeOver).
ALTER TABLE account RENAME TO account_before_ledger;
ALTER TABLE class_group RENAME TO class_group_before_ledger;
CREATE TABLE take_over (what TEXT NOT NULL PRIMARY KEY);
INSERT INTO take_over (what) VALUES ('ledger');
DELETE FROM settled;

-- +goose Down
DROP TABLE take_over;
ALTER TABLE directory_change DROP COLUMN own;
DROP TABLE target_mark;
DROP TABLE held_object;
DROP TABLE plan_outcome;
DROP TABLE plan_change;
DROP TABLE plan_part;
DROP TABLE plan;
