-- +goose Up

-- The embedded directory (package target/embedded). A row's number never
-- leaves the engine; object IDs are UUIDs. The folded columns hold the value in
-- lower case, as Graph compares without case.
CREATE TABLE directory_user (
    num              BIGINT  PRIMARY KEY,
    id               TEXT    NOT NULL,
    anchor           TEXT,
    upn              TEXT    NOT NULL,
    display_name     TEXT    NOT NULL,
    given_name       TEXT    NOT NULL,
    surname          TEXT    NOT NULL,
    mail             TEXT    NOT NULL,
    account_enabled  BOOLEAN NOT NULL,
    attributes       TEXT    NOT NULL,
    upn_folded       TEXT    NOT NULL,
    display_folded   TEXT    NOT NULL
);
-- +goose Down
DROP TABLE directory_user;
