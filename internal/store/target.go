package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"rollbook/internal/flow"
)

// ErrTargetName says that there is a target of a name already.
var ErrTargetName = errors.New("there is a directory of this name already")

// Targets keeps the directories that are written to beside the hosted one.
type Targets struct{ DB DB }

// hostedTarget is the number of the hosted directory, which all others come after.
const hostedTarget = 1

// List returns the targets that were not removed, in the order of their numbers.
func (t Targets) List(ctx context.Context) (targets []flow.Target, err error) {
	err = t.DB.Read(ctx, func(tx Tx) error {
		return Each(ctx, tx, `SELECT number, name, kind, settings, secret, flow_sets, created FROM target WHERE removed IS NULL ORDER BY number`, nil, func(row Row) error {
			var one flow.Target
			var secret, sets string
			var created int64
			if err := row.Scan(&one.Number, &one.Name, &one.Kind, &one.Settings, &secret, &sets, &created); err != nil {
				return err
			}
			one.Secret, one.Created = flow.Sealed(secret), time.UnixMicro(created).UTC()
			targets = append(targets, one)
			return json.Unmarshal([]byte(sets), &targets[len(targets)-1].FlowSets)
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list the directories: %w", err)
	}
	return targets, nil
}

// Add keeps a target under a number of its own, which it returns.
func (t Targets) Add(ctx context.Context, one flow.Target) (int, error) {
	sets, err := json.Marshal(one.FlowSets, json.FormatNilSliceAsNull(false))
	if err != nil {
		return 0, err
	}
	err = t.DB.Write(ctx, func(tx Tx) error {
		var last, same int
		if err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(number), $1) FROM target`, hostedTarget).Scan(&last); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM target WHERE name = $1 AND removed IS NULL`, one.Name).Scan(&same); err != nil {
			return err
		}
		if same > 0 {
			return ErrTargetName
		}
		one.Number = last + 1
		_, err := tx.Exec(ctx, `INSERT INTO target (number, name, kind, settings, secret, flow_sets, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			one.Number, one.Name, one.Kind, one.Settings, string(one.Secret), string(sets), one.Created.UnixMicro())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("keep the directory %s: %w", one.Name, err)
	}
	return one.Number, nil
}

// Remove has a target be written to no more. It forgets its secret.
func (t Targets) Remove(ctx context.Context, number int, at time.Time) error {
	err := t.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `UPDATE target SET removed = $2, secret = '' WHERE number = $1`, number, at.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("remove a directory: %w", err)
	}
	return nil
}
