-- +goose Up

-- How a target keeps what was written to it, where that is another form, such as a
-- name in lower case: not to be taken for what another hand wrote.
ALTER TABLE held_object ADD COLUMN kept TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE held_object DROP COLUMN kept;
