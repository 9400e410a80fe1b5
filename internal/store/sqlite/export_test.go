package sqlite

import "context"

// OpenShort is Open with a log that is moved into the file early.
func OpenShort(ctx context.Context, path string, move, longest int) (*DB, error) {
	return openLimited(ctx, path, limits{move, longest})
}

// Waiting returns how many writers wait for their turn.
func Waiting(db *DB) int {
	db.group.mu.Lock()
	defer db.group.mu.Unlock()
	return len(db.group.queue)
}

// WithoutNumbers is how a statement is prepared.
func WithoutNumbers(sql string) string { return withoutNumbers(sql) }
