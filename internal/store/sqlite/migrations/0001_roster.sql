-- +goose Up

-- What the school says (package roster): one row a record, with its parts
-- joined in body, and their digests joined in digests.
CREATE TABLE roster (
    source     INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BLOB    NOT NULL,
    active     BOOLEAN NOT NULL,
    feed       INTEGER NOT NULL, -- the feed that changed it last
    body       BLOB    NOT NULL,
    PRIMARY KEY (source, kind, id)
) WITHOUT ROWID;

-- The feeds. state is reading, stored (the changes are complete, in pending),
-- or merged. Feeds that were not stored leave no row and no number.
CREATE TABLE feed (
    source  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    run     TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    stored  INTEGER,
    report  TEXT    NOT NULL,
    PRIMARY KEY (source, number)
);

-- The changes of a feed that is being read or merged, aside from the roster
-- until all of them are here. A row without body makes the record inactive.
CREATE TABLE pending (
    source     INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BLOB,
    active     BOOLEAN NOT NULL,
    body       BLOB,
    PRIMARY KEY (source, kind, id)
) WITHOUT ROWID;

-- Runs, newest last by id (a UUID that grows with time). body is run.Run.
CREATE TABLE run (
    id     TEXT    NOT NULL PRIMARY KEY,
    status TEXT    NOT NULL,
    body   TEXT    NOT NULL
);

-- The findings of a run, in the order in which a person wants them.
CREATE TABLE finding (
    run  TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    body TEXT    NOT NULL,
    PRIMARY KEY (run, n)
) WITHOUT ROWID;

-- Plans. state is planning, planned, applied, or dropped. The effects up to
-- tried may have been tried, those up to done are known to be done or failed.
CREATE TABLE plan (
    id      INTEGER NOT NULL PRIMARY KEY,
    run     TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    summary TEXT    NOT NULL,
    tried   INTEGER NOT NULL,
    done    INTEGER NOT NULL
);

-- The journal: every effect of every plan, before it is tried.
CREATE TABLE effect (
    plan   INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    source INTEGER NOT NULL,
    object INTEGER NOT NULL,
    body   BLOB    NOT NULL,
    PRIMARY KEY (plan, seq)
) WITHOUT ROWID;

-- The effects that failed.
CREATE TABLE effect_failure (
    plan    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    message TEXT    NOT NULL,
    PRIMARY KEY (plan, seq)
) WITHOUT ROWID;

-- What was last applied: the accounts of people and the groups of classes.
CREATE TABLE account (
    source    INTEGER NOT NULL,
    person    INTEGER NOT NULL,
    object_id TEXT    NOT NULL,
    created   BOOLEAN NOT NULL,
    written   TEXT    NOT NULL,
    PRIMARY KEY (source, person)
) WITHOUT ROWID;

CREATE TABLE class_group (
    source    INTEGER NOT NULL,
    class     INTEGER NOT NULL,
    object_id TEXT    NOT NULL,
    written   TEXT    NOT NULL,
    owners    BLOB    NOT NULL,
    members   BLOB    NOT NULL,
    PRIMARY KEY (source, class)
) WITHOUT ROWID;

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
