-- The hosted directory (package target/embedded).
--
-- A num numbers a row, never leaves the package and is never used twice. A
-- folded column is the value in lower case, by which it is found and compared;
-- the column without that ending is NULL where the two are the same.
--
-- The indexes that a first load would fill in random order are made by the
-- package after it (state.go), which takes a tenth of the time.

-- +goose Up
CREATE TABLE directory_state (
    version        BIGINT  NOT NULL, -- raised by every change
    next_user      BIGINT  NOT NULL, -- the num of the next one
    next_group     BIGINT  NOT NULL,
    users_indexed  BOOLEAN NOT NULL,
    groups_indexed BOOLEAN NOT NULL
);
INSERT INTO directory_state VALUES (0, 1, 1, FALSE, FALSE);

CREATE TABLE directory_user (
    num             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    anchor          TEXT,
    upn_folded      TEXT    NOT NULL,
    upn             TEXT,
    display_folded  TEXT    NOT NULL,
    display         TEXT,
    given_folded    TEXT    NOT NULL,
    given           TEXT,
    surname_folded  TEXT    NOT NULL,
    surname         TEXT,
    mail_folded     TEXT    NOT NULL,
    mail            TEXT,
    account_enabled BOOLEAN NOT NULL,
    attributes      TEXT             -- JSON object, NULL for none
);

CREATE TABLE directory_group (
    num             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    anchor          TEXT,
    display_folded  TEXT    NOT NULL,
    display         TEXT,
    nickname_folded TEXT    NOT NULL,
    nickname        TEXT,
    description     TEXT    NOT NULL,
    has_team        BOOLEAN NOT NULL,
    attributes      TEXT             -- JSON object, NULL for none
);

-- Who is in a group: the nums of users, packed (pack.go). The nums of users who
-- were deleted since may be among them.
CREATE TABLE directory_membership (
    group_num INTEGER PRIMARY KEY,
    owners    BLOB NOT NULL,
    members   BLOB NOT NULL
);

-- +goose Down
DROP TABLE directory_membership;
DROP TABLE directory_group;
DROP TABLE directory_user;
DROP TABLE directory_state;
