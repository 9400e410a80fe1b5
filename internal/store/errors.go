package store

import "errors"

// The kinds of failure that callers tell apart. Engines map theirs to these.
var (
	ErrNoRows = errors.New("no such row")
	ErrUnique = errors.New("a row with this key exists")
)
