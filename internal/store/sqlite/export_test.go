package sqlite

import "context"

// Still is a database whose log is moved into the file when a test says so.
type Still struct{ *DB }

// OpenStill is Open without the moving of the log. The log is moved once so many
// pages of it are not in the file, and writers wait for it once it has so many.
func OpenStill(ctx context.Context, path string, move, longest int) (Still, error) {
	db, err := openStill(ctx, path, limits{move, longest})
	return Still{db}, err
}

// Told reports whether the log is to be looked at, and takes that as done.
func (s Still) Told() bool {
	select {
	case <-s.group.grown:
		return true
	default:
		return false
	}
}

// Shorten does what is done when the log is to be looked at.
func (s Still) Shorten(ctx context.Context) error { return s.checkpointer.shorten(ctx) }

// LogPages returns how many pages the log has.
func (s Still) LogPages(ctx context.Context) (int, error) {
	pages, _, err := s.checkpointer.checkpoint(ctx, "NOOP")
	return pages, err
}

// Start has the log be moved as Open does.
func (s Still) Start() { s.checkpointer.start() }

// Waiting returns how many writers wait for their turn.
func Waiting(db *DB) int {
	db.group.mu.Lock()
	defer db.group.mu.Unlock()
	return len(db.group.queue)
}

// WithoutNumbers is how a statement is prepared.
func WithoutNumbers(sql string) string { return withoutNumbers(sql) }
