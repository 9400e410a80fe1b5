-- +goose Up

-- One upload of a feed, from the session that was handed out for it to the run
-- that took it (package upload). Times are microseconds since 1970.
CREATE TABLE upload (
    id              TEXT    NOT NULL PRIMARY KEY, -- the container
    connector       TEXT    NOT NULL,
    seq             INTEGER NOT NULL,
    state           TEXT    NOT NULL,             -- open, closed, valid, taken or gone
    session_expires INTEGER NOT NULL,
    expires         INTEGER NOT NULL
);
CREATE INDEX upload_of_connector ON upload (connector, seq);

-- What came of checking an upload, as JSON.
CREATE TABLE upload_operation (
    id   TEXT    NOT NULL PRIMARY KEY,
    seq  INTEGER NOT NULL,
    body TEXT    NOT NULL
);

-- +goose Down
DROP TABLE upload_operation;
DROP TABLE upload;
