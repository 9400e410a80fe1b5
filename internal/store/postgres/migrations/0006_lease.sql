-- +goose Up
CREATE TABLE lease (
    name       TEXT NOT NULL PRIMARY KEY,
    owner      TEXT NOT NULL,
    generation BIGINT NOT NULL,
    expires    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE lease;
