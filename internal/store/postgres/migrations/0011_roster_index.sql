-- +goose Up

-- The entries of the roster, packed (rosterindex.go), some thousand a row: what a
-- feed is compared with, without the bodies. It follows from the roster. A feed
-- adds what it changed; of several rows with a record, that of the last feed
-- counts.
CREATE TABLE roster_index (
    source  BIGINT NOT NULL,
    kind    BIGINT NOT NULL,
    feed    BIGINT NOT NULL, -- that changed the records; 0 where the index began
    first   BIGINT NOT NULL, -- the ID of the first record
    entries BIGINT NOT NULL, -- how many records
    body    BYTEA  NOT NULL,
    PRIMARY KEY (source, kind, feed, first)
);
ALTER TABLE roster_index ALTER COLUMN body SET STORAGE EXTERNAL; -- digests cannot be compressed

-- Whether roster_index holds the roster that the feed left behind.
ALTER TABLE feed ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE feed DROP COLUMN indexed;
DROP TABLE roster_index;
