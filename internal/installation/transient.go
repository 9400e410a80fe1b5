package installation

import (
	"context"
	"crypto/rand"

	"rollbook/internal/private"
	"rollbook/internal/secret"
)

// Transient makes an installation to try something in, in an empty folder that its
// owner removes, and opens it. It has no keys that sign, and no tenant.
func Transient(ctx context.Context, cfg Config) (*Installation, error) {
	if err := private.Folder(cfg.Data); err != nil {
		return nil, err
	}
	if err := secret.Make(cfg.Data, rand.Reader); err != nil {
		return nil, err
	}
	box, err := secret.Open(cfg.Data, rand.Reader)
	if err != nil {
		return nil, err
	}
	f := found{folder: folder(cfg.Data), database: database{file: folder(cfg.Data).database()}}
	db, err := f.database.open(ctx)
	if err != nil {
		return nil, err
	}
	return &Installation{DB: db, Secrets: box, found: f, now: cfg.Now}, nil
}
