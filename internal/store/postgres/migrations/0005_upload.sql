-- +goose Up

-- One upload of a feed, from the session that was handed out for it to the run
-- that took it (package upload). seq is the order of creation. Times are
-- microseconds since 1970.
CREATE TABLE upload (
    id              TEXT    NOT NULL PRIMARY KEY, -- the container
    seq             BIGINT NOT NULL,
    connector       TEXT    NOT NULL,
    state           TEXT    NOT NULL,             -- open, closed, valid or gone
    session_expires BIGINT NOT NULL,
    expires         BIGINT NOT NULL
);
CREATE INDEX upload_of_connector ON upload (connector, seq);

-- The check of an upload. body is what came of it, as JSON.
CREATE TABLE upload_operation (
    id          TEXT    NOT NULL PRIMARY KEY,
    seq         BIGINT NOT NULL,
    upload      TEXT    NOT NULL,
    connector   TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    created     BIGINT NOT NULL,
    last_action BIGINT NOT NULL,
    body        TEXT    NOT NULL
);

-- +goose Down
DROP TABLE upload_operation;
DROP TABLE upload;
