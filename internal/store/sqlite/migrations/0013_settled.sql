-- +goose Up

-- How the people of a source stood (package plan) when a run left nothing to do,
-- and the state of everything a plan depends on then (package run).
CREATE TABLE settled (
    source    INTEGER NOT NULL PRIMARY KEY,
    state     TEXT    NOT NULL,
    standings BLOB    NOT NULL
);

-- +goose Down
DROP TABLE settled;
