package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The settings of an installation, by name. They are decided once, when it is
// made, except where their line says otherwise.
const (
	SettingTenant   = "tenant"    // its ID, a UUID: there where it was made to the end
	SettingDomain   = "domain"    // appended to user names by the configuration that a first sync makes
	SettingTimeZone = "time-zone" // in which its days are counted, as the time zone database names it

	SettingSecretsKey  = "key.secrets"   // what tells the key that seals secrets
	SettingSigningKeys = "key.signing"   // the same of keys that signed tokens, with spaces between; grows
	SettingAuthority   = "key.authority" // the same of the authority of its certificates
)

// Settings stores what an installation decides once, by name.
type Settings struct{ DB DB }

// Add stores the settings that are not there yet, all at once, and returns all
// that are there then. Of those who call at the same time one decides for all.
func (s Settings) Add(ctx context.Context, values map[string]string) (map[string]string, error) {
	var all map[string]string
	err := s.DB.Write(ctx, func(tx Tx) error {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, values[name])
			if err != nil {
				return err
			}
		}
		all = map[string]string{}
		return Each(ctx, tx, `SELECT name, value FROM setting`, nil, func(row Row) error {
			var name, value string
			if err := row.Scan(&name, &value); err != nil {
				return err
			}
			all[name] = value
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("add settings: %w", err)
	}
	return all, nil
}

// Replace stores settings in the place of those that are there, all at once.
func (s Settings) Replace(ctx context.Context, values map[string]string) error {
	err := s.DB.Write(ctx, func(tx Tx) error {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			_, err := tx.Exec(ctx, `
				INSERT INTO setting (name, value) VALUES ($1, $2)
				ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, values[name])
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace settings: %w", err)
	}
	return nil
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
