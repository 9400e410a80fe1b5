-- The hosted directory (package target/embedded).
--
-- A num numbers a row, never leaves the package and is never used twice. A
-- folded column is the value in lower case, by which it is found and compared;
-- the column without that ending is NULL where the two are the same.
--
-- Text that is compared is so by its code points, whatever the locale of the
-- database.

-- +goose Up
CREATE TABLE directory_state (
    version        BIGINT  NOT NULL, -- raised by every change
    next_user      BIGINT  NOT NULL, -- the num of the next one
    next_group     BIGINT  NOT NULL,
    users_indexed  BOOLEAN NOT NULL,
    groups_indexed BOOLEAN NOT NULL
);
INSERT INTO directory_state VALUES (0, 1, 1, TRUE, TRUE);

CREATE TABLE directory_user (
    num             BIGINT  PRIMARY KEY,
    id              TEXT COLLATE "C" NOT NULL UNIQUE,
    anchor          TEXT COLLATE "C",
    upn_folded      TEXT COLLATE "C" NOT NULL,
    upn             TEXT,
    display_folded  TEXT COLLATE "C" NOT NULL,
    display         TEXT,
    given_folded    TEXT COLLATE "C" NOT NULL,
    given           TEXT,
    surname_folded  TEXT COLLATE "C" NOT NULL,
    surname         TEXT,
    mail_folded     TEXT COLLATE "C" NOT NULL,
    mail            TEXT,
    account_enabled BOOLEAN NOT NULL,
    attributes      TEXT             -- JSON object, NULL for none
);

CREATE TABLE directory_group (
    num             BIGINT  PRIMARY KEY,
    id              TEXT COLLATE "C" NOT NULL UNIQUE,
    anchor          TEXT COLLATE "C",
    display_folded  TEXT COLLATE "C" NOT NULL,
    display         TEXT,
    nickname_folded TEXT COLLATE "C" NOT NULL,
    nickname        TEXT,
    description     TEXT    NOT NULL,
    has_team        BOOLEAN NOT NULL,
    attributes      TEXT             -- JSON object, NULL for none
);

-- Who is in a group: the nums of users, packed (pack.go). The nums of users who
-- were deleted since may be among them.
CREATE TABLE directory_membership (
    group_num BIGINT  PRIMARY KEY,
    owners    BYTEA NOT NULL,
    members   BYTEA NOT NULL
);

CREATE UNIQUE INDEX directory_user_anchor  ON directory_user  (anchor);
CREATE UNIQUE INDEX directory_user_upn     ON directory_user  (upn_folded);
CREATE INDEX        directory_user_display ON directory_user  (display_folded);
CREATE INDEX        directory_user_mail    ON directory_user  (mail_folded);
CREATE UNIQUE INDEX directory_group_anchor   ON directory_group (anchor);
CREATE INDEX        directory_group_display  ON directory_group (display_folded);
CREATE INDEX        directory_group_nickname ON directory_group (nickname_folded);

-- +goose Down
DROP TABLE directory_membership;
DROP TABLE directory_group;
DROP TABLE directory_user;
DROP TABLE directory_state;
