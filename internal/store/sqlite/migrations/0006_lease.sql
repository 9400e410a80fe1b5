-- +goose Up
CREATE TABLE lease (
    name       TEXT NOT NULL PRIMARY KEY,
    owner      TEXT NOT NULL,
    generation INTEGER NOT NULL,
    expires    INTEGER NOT NULL
);

-- +goose Down
DROP TABLE lease;
