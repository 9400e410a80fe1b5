package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rollbook/internal/vocab"
)

// Definitions returns the values that every installation begins with, as this
// release has them, with what the installation changed and added. Only the
// latter is stored, so that a new release brings its new values along.
func (t configurationTx) Definitions(ctx context.Context) ([]vocab.Definition, error) {
	stored, err := t.storedDefinitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list reference definitions: %w", err)
	}
	defs := vocab.Seed()
	for i, d := range defs {
		if own, ok := stored[definitionKey(d)]; ok {
			defs[i] = own
			delete(stored, definitionKey(d))
		}
	}
	for _, own := range stored {
		defs = append(defs, own)
	}
	slices.SortFunc(defs, func(a, b vocab.Definition) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.SortIndex, b.SortIndex), cmp.Compare(a.Code, b.Code))
	})
	return defs, nil
}

func definitionKey(d vocab.Definition) string { return strings.ToLower(d.ID()) }

func (t configurationTx) storedDefinitions(ctx context.Context) (map[string]vocab.Definition, error) {
	rows, err := t.tx.Query(ctx, `
		SELECT id, reference_type, code, display_name, sort_index, source, is_disabled, created, modified
		FROM reference_definition`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	stored := map[string]vocab.Definition{}
	for rows.Next() {
		var key string
		var d vocab.Definition
		var created, modified *int64
		err := rows.Scan(&key, &d.Type, &d.Code, &d.DisplayName, &d.SortIndex, &d.Source, &d.IsDisabled, &created, &modified)
		if err != nil {
			return nil, err
		}
		d.Created, d.Modified = definitionTime(created), definitionTime(modified)
		stored[key] = d
	}
	return stored, rows.Err()
}

func definitionTime(micros *int64) time.Time {
	if micros == nil {
		return time.Time{}
	}
	return time.UnixMicro(*micros).UTC()
}

// PutDefinition writes a value that the installation added or changed.
func (t configurationTx) PutDefinition(ctx context.Context, d vocab.Definition) error {
	_, err := t.tx.Exec(ctx, `
		INSERT INTO reference_definition
			(id, reference_type, code, display_name, sort_index, source, is_disabled, created, modified)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET
			display_name = excluded.display_name, sort_index = excluded.sort_index,
			is_disabled = excluded.is_disabled, modified = excluded.modified`,
		definitionKey(d), d.Type, d.Code, d.DisplayName, d.SortIndex, d.Source, d.IsDisabled,
		definitionMicros(d.Created), definitionMicros(d.Modified))
	if err != nil {
		return fmt.Errorf("put reference definition %s: %w", d.ID(), err)
	}
	return nil
}

func definitionMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}
