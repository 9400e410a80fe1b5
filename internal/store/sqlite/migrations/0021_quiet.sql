-- +goose Up

-- The findings that are not told as open until some time, by what tells them apart over
-- runs: a hash, which names nobody. A note may.
CREATE TABLE quiet (
    id         TEXT   NOT NULL PRIMARY KEY,
    until      INTEGER NOT NULL,
    note       TEXT   NOT NULL,
    decided_by TEXT   NOT NULL,
    decided_at INTEGER NOT NULL
);

-- +goose Down
DROP TABLE quiet;
