-- +goose Up

-- What the school says (package roster): one row a record, with its parts
-- joined in body, and their digests joined in digests.
CREATE TABLE roster (
    source     BIGINT NOT NULL,
    kind       BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BYTEA    NOT NULL,
    active     BOOLEAN NOT NULL,
    feed       BIGINT NOT NULL, -- the feed that changed it last
    body       BYTEA    NOT NULL,
    PRIMARY KEY (source, kind, id)
);

-- The feeds. state is reading, stored (the changes are complete, in pending),
-- or merged. Feeds that were not stored leave no row and no number.
CREATE TABLE feed (
    source  BIGINT NOT NULL,
    number  BIGINT NOT NULL,
    run     TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    stored  BIGINT,
    report  TEXT    NOT NULL,
    PRIMARY KEY (source, number)
);

-- The changes of a feed that is being read or merged, aside from the roster
-- until all of them are here. A row without body makes the record inactive.
CREATE TABLE pending (
    source     BIGINT NOT NULL,
    kind       BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BYTEA,
    active     BOOLEAN NOT NULL,
    body       BYTEA,
    PRIMARY KEY (source, kind, id)
);

-- Runs, newest last by id (a UUID that grows with time). body is run.Run.
CREATE TABLE run (
    id     TEXT    NOT NULL PRIMARY KEY,
    status TEXT    NOT NULL,
    body   TEXT    NOT NULL
);

-- The findings of a run, in the order in which a person wants them.
CREATE TABLE finding (
    run  TEXT    NOT NULL,
    n    BIGINT NOT NULL,
    body TEXT    NOT NULL,
    PRIMARY KEY (run, n)
);

-- Plans. state is planning, planned, applied, or dropped. The effects up to
-- tried may have been tried, those up to done are known to be done or failed.
CREATE TABLE plan (
    id      BIGINT NOT NULL PRIMARY KEY,
    run     TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    summary TEXT    NOT NULL,
    tried   BIGINT NOT NULL,
    done    BIGINT NOT NULL
);

-- The journal: every effect of every plan, before it is tried.
CREATE TABLE effect (
    plan   BIGINT NOT NULL,
    seq    BIGINT NOT NULL,
    kind   BIGINT NOT NULL,
    source BIGINT NOT NULL,
    object BIGINT NOT NULL,
    body   BYTEA    NOT NULL,
    PRIMARY KEY (plan, seq)
);

-- The effects that failed.
CREATE TABLE effect_failure (
    plan    BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    message TEXT    NOT NULL,
    PRIMARY KEY (plan, seq)
);

-- What was last applied: the accounts of people and the groups of classes.
CREATE TABLE account (
    source    BIGINT NOT NULL,
    person    BIGINT NOT NULL,
    object_id TEXT    NOT NULL,
    created   BOOLEAN NOT NULL,
    written   TEXT    NOT NULL,
    PRIMARY KEY (source, person)
);

CREATE TABLE class_group (
    source    BIGINT NOT NULL,
    class     BIGINT NOT NULL,
    object_id TEXT    NOT NULL,
    written   TEXT    NOT NULL,
    owners    BYTEA    NOT NULL,
    members   BYTEA    NOT NULL,
    PRIMARY KEY (source, class)
);

-- +goose Down
DROP TABLE class_group;
DROP TABLE account;
DROP TABLE effect_failure;
DROP TABLE effect;
DROP TABLE plan;
DROP TABLE finding;
DROP TABLE run;
DROP TABLE pending;
DROP TABLE feed;
DROP TABLE roster;
