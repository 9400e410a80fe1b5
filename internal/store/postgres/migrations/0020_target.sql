-- +goose Up

-- The directories that are written to beside the hosted one (flow.Target), by their numbers
-- in the ledger. settings and flow_sets are JSON; the secret is sealed. One that was
-- removed stays, as the ledger has what was done to it, without its secret.
CREATE TABLE target (
    number    INTEGER NOT NULL PRIMARY KEY,
    name      TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    settings  TEXT    NOT NULL,
    secret    TEXT    NOT NULL,
    flow_sets TEXT    NOT NULL,
    created   BIGINT NOT NULL,
    removed   BIGINT
);
CREATE UNIQUE INDEX target_by_name ON target (name) WHERE removed IS NULL;

-- +goose Down
DROP TABLE target;
