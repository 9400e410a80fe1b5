-- What changed in the hosted directory, and its administrative units
-- (package target/embedded).

-- +goose Up

-- One row for each version that was reached, until it is old. It says which
-- objects that version changed, by their nums, packed (pack.go).
CREATE TABLE directory_change (
    version    INTEGER PRIMARY KEY,
    changed_at INTEGER NOT NULL, -- Unix seconds
    users      BLOB NOT NULL,    -- written or deleted
    sets       BLOB NOT NULL,    -- groups, written or deleted
    rosters    BLOB NOT NULL,    -- groups with other people in them
    details    TEXT              -- JSON: IDs of what was deleted, who came and went; NULL for none
);
CREATE INDEX directory_change_age ON directory_change (changed_at);

CREATE TABLE directory_unit (
    num            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    display_folded TEXT    NOT NULL,
    display        TEXT,
    school         BOOLEAN NOT NULL, -- shown as a school too
    attributes     TEXT              -- JSON object, NULL for none
);
CREATE INDEX directory_unit_display ON directory_unit (display_folded, id);

CREATE TABLE directory_unit_member (
    unit_num   INTEGER NOT NULL,
    kind       INTEGER NOT NULL, -- 1 user, 2 group
    member_num INTEGER NOT NULL, -- of one that may be deleted by now
    PRIMARY KEY (unit_num, kind, member_num)
) WITHOUT ROWID;
CREATE INDEX directory_unit_of ON directory_unit_member (kind, member_num, unit_num);

-- +goose Down
DROP TABLE directory_unit_member;
DROP TABLE directory_unit;
DROP TABLE directory_change;
