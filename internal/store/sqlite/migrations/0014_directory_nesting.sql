-- Groups in groups, and what changed of administrative units (package target/embedded).

-- +goose Up

-- Security groups that are members of others. Groups that were deleted since may be
-- among them.
CREATE TABLE directory_subgroup (
    group_num  INTEGER NOT NULL,
    member_num INTEGER NOT NULL,
    PRIMARY KEY (group_num, member_num)
) WITHOUT ROWID;
CREATE INDEX directory_subgroup_of ON directory_subgroup (member_num, group_num);

-- Versions are without gaps; those that are too old are forgotten, but for the last.
CREATE TABLE directory_unit_change (
    version    INTEGER PRIMARY KEY,
    changed_at INTEGER NOT NULL, -- Unix seconds
    unit_id    TEXT    NOT NULL,
    school     BOOLEAN NOT NULL,
    deleted    BOOLEAN NOT NULL
);

-- +goose Down
DROP TABLE directory_unit_change;
DROP TABLE directory_subgroup;
