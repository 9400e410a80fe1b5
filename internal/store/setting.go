package store

import (
	"context"
	"fmt"
	"strings"
)

// SettingTenant names the setting that holds the installation's tenant ID.
const SettingTenant = "tenant"

// Settings stores what an installation decides once, by name.
type Settings struct{ DB DB }

// Once returns the setting's value, which is the one given where there is none
// yet. All who call at the same time get the same value.
func (s Settings) Once(ctx context.Context, name, value string) (string, error) {
	err := s.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx,
			`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT value FROM setting WHERE name = $1`, name).Scan(&value)
	})
	if err != nil {
		return "", fmt.Errorf("setting %s: %w", name, err)
	}
	return value, nil
}

// Probe writes so many bytes and takes them away again, which fails where the
// database cannot be written.
func (s Settings) Probe(ctx context.Context, bytes int) error {
	for _, value := range []string{strings.Repeat("x", bytes), ""} {
		err := s.DB.Write(ctx, func(tx Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES ('probe', $1)
				ON CONFLICT (name) DO UPDATE SET value = excluded.value`, value)
			return err
		})
		if err != nil {
			return fmt.Errorf("probe the database: %w", err)
		}
	}
	return nil
}
