-- +goose Up

-- Effects are no longer kept as JSON. What is left of a plan that was cut off
-- is planned anew by the next run, which looks at the directory itself for what
-- was done of it: its version is not the one that was noted.
UPDATE plan SET state = 'dropped' WHERE state = 'planned';

-- +goose Down
