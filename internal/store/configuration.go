package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"rollbook/internal/flow"
)

// Configuration implements flow.Store.
type Configuration struct{ db DB }

// NewConfiguration returns the configuration that a database holds.
func NewConfiguration(db DB) *Configuration { return &Configuration{db: db} }

// Change calls fn with a transaction that writes. Changes come one after the other:
// every one of them writes the version, which it read before.
func (c *Configuration) Change(ctx context.Context, fn func(flow.Tx) error) error {
	return c.db.Write(ctx, func(tx Tx) error {
		if err := tx.Lock(ctx, "configuration"); err != nil {
			return err
		}
		return fn(configurationTx{tx})
	})
}

// View calls fn with a transaction that only reads.
func (c *Configuration) View(ctx context.Context, fn func(flow.Tx) error) error {
	return c.db.Read(ctx, func(tx Tx) error { return fn(configurationTx{tx}) })
}

// Version returns the version that the configuration has now.
func (c *Configuration) Version(ctx context.Context) (flow.Version, error) {
	var v flow.Version
	if err := c.db.ReadRow(ctx, versionQuery, nil, &v.Number, &v.Name); err != nil {
		return v, fmt.Errorf("read the configuration's version: %w", err)
	}
	return v, nil
}

const versionQuery = `SELECT version, name FROM configuration WHERE one = 1`

type configurationTx struct{ tx Tx }

func (t configurationTx) Version(ctx context.Context) (flow.Version, error) {
	var v flow.Version
	err := t.tx.QueryRow(ctx, versionQuery).Scan(&v.Number, &v.Name)
	if err != nil {
		return v, fmt.Errorf("read the configuration's version: %w", err)
	}
	return v, nil
}

func (t configurationTx) SetVersion(ctx context.Context, v flow.Version) error {
	_, err := t.tx.Exec(ctx, `UPDATE configuration SET version = $1, name = $2 WHERE one = 1`, v.Number, v.Name)
	if err != nil {
		return fmt.Errorf("set the configuration's version: %w", err)
	}
	return nil
}

func (t configurationTx) Get(ctx context.Context, kind flow.Kind, id string, into any) error {
	var body string
	err := t.tx.QueryRow(ctx, `SELECT body FROM configured_entity WHERE kind = $1 AND id = $2`, string(kind), id).Scan(&body)
	if errors.Is(err, ErrNoRows) {
		return &flow.Error{Kind: flow.NotFound, Message: fmt.Sprintf("there is nothing in %s with the id %q", kind, id)}
	}
	if err != nil {
		return fmt.Errorf("get %s/%s: %w", kind, id, err)
	}
	return decodeEntity(body, into)
}

func (t configurationTx) All(ctx context.Context, yield func(flow.Kind, func(any) error) error) error {
	rows, err := t.tx.Query(ctx, `SELECT kind, body FROM configured_entity ORDER BY seq, id`)
	if err != nil {
		return fmt.Errorf("list configuration: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind, body string
		if err := rows.Scan(&kind, &body); err != nil {
			return fmt.Errorf("list configuration: %w", err)
		}
		if err := yield(flow.Kind(kind), func(into any) error { return decodeEntity(body, into) }); err != nil {
			return err
		}
	}
	return rows.Err()
}

func decodeEntity(body string, into any) error {
	if err := json.Unmarshal([]byte(body), into); err != nil {
		return fmt.Errorf("decode a stored %T: %w", into, err)
	}
	return nil
}

// Put keeps an entity's place in the order of creation.
func (t configurationTx) Put(ctx context.Context, kind flow.Kind, id string, entity any) error {
	body, err := json.Marshal(entity)
	if err != nil {
		return fmt.Errorf("encode %s/%s: %w", kind, id, err)
	}
	_, err = t.tx.Exec(ctx, `
		INSERT INTO configured_entity (kind, id, seq, body)
		VALUES ($1, $2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM configured_entity), $3)
		ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body`, string(kind), id, string(body))
	if err != nil {
		return fmt.Errorf("put %s/%s: %w", kind, id, err)
	}
	return nil
}

func (t configurationTx) Delete(ctx context.Context, kind flow.Kind, id string) error {
	_, err := t.tx.Exec(ctx, `DELETE FROM configured_entity WHERE kind = $1 AND id = $2`, string(kind), id)
	if err != nil {
		return fmt.Errorf("delete %s/%s: %w", kind, id, err)
	}
	return nil
}
