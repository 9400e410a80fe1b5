-- +goose Up

-- The findings that are not told as open until some time, by what tells them apart over
-- runs: a hash, which names nobody. A note may.
CREATE TABLE quiet (
    id         TEXT   NOT NULL PRIMARY KEY,
    until      BIGINT NOT NULL,
    note       TEXT   NOT NULL,
    decided_by TEXT   NOT NULL,
    decided_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE quiet;
