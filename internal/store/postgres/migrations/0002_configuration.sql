-- +goose Up

-- The state of the configuration: one row. Every change reads it and writes it
-- anew, which makes changes happen one after the other and tells caches whether
-- they hold.
CREATE TABLE configuration (
    one     BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL,
    name    TEXT NOT NULL
);
INSERT INTO configuration (one, version, name) VALUES (1, 0, '');

-- The configured entities as JSON (package flow). seq is the order of creation.
CREATE TABLE configured_entity (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    seq  BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX configured_entity_seq ON configured_entity (seq);

-- Values of lists that an installation added, and those of the ones that every
-- installation begins with that it changed. Times are microseconds since 1970,
-- NULL for the beginning. id is in lower case.
CREATE TABLE reference_definition (
    id             TEXT    NOT NULL PRIMARY KEY,
    reference_type TEXT    NOT NULL,
    code           TEXT    NOT NULL,
    display_name   TEXT    NOT NULL,
    sort_index     BIGINT NOT NULL,
    source         TEXT    NOT NULL,
    is_disabled    BOOLEAN NOT NULL,
    created        BIGINT,
    modified       BIGINT
);

-- +goose Down
DROP TABLE reference_definition;
DROP TABLE configured_entity;
DROP TABLE configuration;
