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
    SELECT CAST(s.body::jsonb ->> 'number' AS BIGINT) AS source, f.id AS flow, f.seq AS created,
        (SELECT COALESCE(MAX(u.seq), 0) FROM upload AS u WHERE u.connector = c.id AND u.state = 'gone') AS uploaded,
        EXISTS (
            SELECT 1 FROM latest AS l JOIN run AS r ON r.id = l.run, jsonb_path_query(r.body::jsonb, '$.Activities[*]') AS a
            WHERE l.source = CAST(s.body::jsonb ->> 'number' AS BIGINT)
                AND a ->> 'FlowID' = f.id AND a ->> 'Status' <> 'skipped'
        ) AS took
    FROM configured_entity AS f
    JOIN configured_entity AS c ON c.kind = 'dataConnectors' AND c.id = f.body::jsonb ->> 'dataConnector'
    JOIN configured_entity AS s ON s.kind = 'sourceSystems' AND s.id = c.body::jsonb ->> 'sourceSystem'
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
ALTER TABLE roster ADD COLUMN flow TEXT NOT NULL DEFAULT '';
UPDATE roster SET flow = l.flow FROM stored_last AS l WHERE l.source = roster.source;
ALTER TABLE roster ALTER COLUMN flow DROP DEFAULT, DROP CONSTRAINT roster_pkey, ADD PRIMARY KEY (source, kind, id, flow);

-- Feeds are numbered by source system, so that the numbers of its streams can be
-- compared.
ALTER TABLE feed ADD COLUMN flow TEXT NOT NULL DEFAULT '';
UPDATE feed SET flow = l.flow FROM stored_last AS l WHERE l.source = feed.source;
CREATE INDEX feed_of_stream ON feed (source, flow, number);

ALTER TABLE pending ADD COLUMN flow TEXT NOT NULL DEFAULT '';
UPDATE pending SET flow = l.flow FROM stored_last AS l WHERE l.source = pending.source;
ALTER TABLE pending ALTER COLUMN flow DROP DEFAULT, DROP CONSTRAINT pending_pkey, ADD PRIMARY KEY (source, flow, kind, id);

DELETE FROM roster_index;
ALTER TABLE roster_index ADD COLUMN flow TEXT NOT NULL DEFAULT '';
ALTER TABLE roster_index ALTER COLUMN flow DROP DEFAULT, DROP CONSTRAINT roster_index_pkey,
    ADD PRIMARY KEY (source, flow, kind, feed, first);

DROP TABLE stored_last;
