-- +goose Up

-- What the school says, and the feeds, are kept by stream: by source system and
-- inbound flow. The roster of a source system is the union of its streams.
--
-- What a source system has said before goes to the inbound flow whose feed was
-- stored last: one that was an activity of the run that stored it, and of several,
-- the last where the run stored a feed of each, or else the one that was uploaded
-- to last. '' stands for a flow that is not there any more.
CREATE TABLE stored_last AS
WITH latest AS (
    SELECT source, run, (SELECT COUNT(*) FROM feed AS f WHERE f.source = l.source AND f.run = l.run) AS feeds
    FROM feed AS l WHERE number = (SELECT MAX(number) FROM feed AS f WHERE f.source = l.source)
), candidate AS (
    SELECT CAST(json_extract(s.body, '$.number') AS INTEGER) AS source, f.id AS flow, f.seq AS created,
        (SELECT COALESCE(MAX(u.seq), 0) FROM upload AS u WHERE u.connector = c.id AND u.state = 'gone') AS uploaded,
        EXISTS (
            SELECT 1 FROM latest AS l JOIN run AS r ON r.id = l.run, json_each(r.body, '$.Activities') AS a
            WHERE l.source = CAST(json_extract(s.body, '$.number') AS INTEGER)
                AND json_extract(a.value, '$.FlowID') = f.id AND json_extract(a.value, '$.Status') <> 'skipped'
        ) AS took
    FROM configured_entity AS f
    JOIN configured_entity AS c ON c.kind = 'dataConnectors' AND c.id = json_extract(f.body, '$.dataConnector')
    JOIN configured_entity AS s ON s.kind = 'sourceSystems' AND s.id = json_extract(c.body, '$.sourceSystem')
    WHERE f.kind = 'inboundFlows'
), ranked AS (
    SELECT c.source, c.flow, ROW_NUMBER() OVER (PARTITION BY c.source ORDER BY c.took DESC,
        CASE WHEN l.feeds >= (SELECT COUNT(*) FROM candidate AS o WHERE o.source = c.source AND o.took) THEN 0 ELSE c.uploaded END DESC,
        c.created DESC) AS place
    FROM candidate AS c LEFT JOIN latest AS l ON l.source = c.source
)
SELECT source, flow FROM ranked WHERE place = 1;

-- The index of the roster is made anew by the next feed. Whether a feed that was
-- cut off left something is told by the index: what the first one did, goes now.
DELETE FROM roster WHERE source NOT IN (SELECT source FROM feed);
UPDATE feed SET indexed = FALSE;

-- One row a record and stream: what the streams say of one record stands together.
ALTER TABLE roster RENAME TO roster_before;
CREATE TABLE roster (
    source     INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    id         INTEGER NOT NULL, -- that the record has in all streams of the source system
    flow       TEXT    NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BLOB    NOT NULL,
    active     BOOLEAN NOT NULL, -- whether the stream says it
    feed       INTEGER NOT NULL, -- the feed that changed it last
    body       BLOB    NOT NULL,
    PRIMARY KEY (source, kind, id, flow)
) WITHOUT ROWID;
INSERT INTO roster (source, kind, id, flow, record_key, digests, active, feed, body)
SELECT b.source, kind, id, COALESCE(flow, ''), record_key, digests, active, feed, body
FROM roster_before AS b LEFT JOIN stored_last AS l ON l.source = b.source ORDER BY b.source, kind, id;
DROP TABLE roster_before;

-- Feeds are numbered by source system, so that the numbers of its streams can be
-- compared.
ALTER TABLE feed ADD COLUMN flow TEXT NOT NULL DEFAULT '';
UPDATE feed SET flow = COALESCE((SELECT flow FROM stored_last AS l WHERE l.source = feed.source), '');
CREATE INDEX feed_of_stream ON feed (source, flow, number);

ALTER TABLE pending RENAME TO pending_before;
CREATE TABLE pending (
    source     INTEGER NOT NULL,
    flow       TEXT    NOT NULL,
    kind       INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BLOB,
    active     BOOLEAN NOT NULL,
    body       BLOB,
    PRIMARY KEY (source, flow, kind, id)
) WITHOUT ROWID;
INSERT INTO pending (source, flow, kind, id, record_key, digests, active, body)
SELECT b.source, COALESCE(flow, ''), kind, id, record_key, digests, active, body
FROM pending_before AS b LEFT JOIN stored_last AS l ON l.source = b.source;
DROP TABLE pending_before;

DROP TABLE roster_index;
CREATE TABLE roster_index (
    source  INTEGER NOT NULL,
    flow    TEXT    NOT NULL,
    kind    INTEGER NOT NULL,
    feed    INTEGER NOT NULL, -- that changed the records; 0 where the index began
    first   INTEGER NOT NULL, -- the ID of the first record
    entries INTEGER NOT NULL, -- how many records
    body    BLOB    NOT NULL,
    PRIMARY KEY (source, flow, kind, feed, first)
);

DROP TABLE stored_last;
