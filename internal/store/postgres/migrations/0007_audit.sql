-- +goose Up
CREATE TABLE audit (
    at                BIGINT NOT NULL,
    id                TEXT NOT NULL,
    caller_id         TEXT NOT NULL,
    caller_name       TEXT NOT NULL,
    app_id            TEXT NOT NULL,
    address           TEXT NOT NULL,
    method            TEXT NOT NULL,
    path              TEXT NOT NULL,
    status            INTEGER NOT NULL,
    code              TEXT NOT NULL,
    target            TEXT NOT NULL,
    request_id        TEXT NOT NULL,
    client_request_id TEXT NOT NULL,
    changes           TEXT,
    unrecorded        INTEGER NOT NULL,
    PRIMARY KEY (at, id)
);

-- +goose Down
DROP TABLE audit;
