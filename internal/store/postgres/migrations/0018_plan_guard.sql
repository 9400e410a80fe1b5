-- +goose Up

-- What the guard measured of a plan, and why it waits, as JSON; and who approved it.
ALTER TABLE plan ADD COLUMN guard TEXT NOT NULL DEFAULT '{}';
ALTER TABLE plan ADD COLUMN decided_by TEXT;
-- The run that applies it, where that is not the one that made it.
ALTER TABLE plan ADD COLUMN apply_run TEXT;

-- +goose Down
ALTER TABLE plan DROP COLUMN apply_run;
ALTER TABLE plan DROP COLUMN decided_by;
ALTER TABLE plan DROP COLUMN guard;
