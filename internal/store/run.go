package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"rollbook/internal/feed"
	"rollbook/internal/run"
)

// Runs keeps runs and their findings (run.Runs).
type Runs struct{ DB DB }

// runsListed is how many runs Runs returns: a quarter of a year of two a day.
const runsListed = 200

// stateOf returns what a run's row is found by.
func stateOf(r run.Run) string {
	if r.Requested {
		return "requested"
	}
	return string(r.Status)
}

// Put implements run.Runs.
func (s Runs) Put(ctx context.Context, r run.Run) error {
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write run %s: %w", r.ID, err)
	}
	err = s.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO run (id, status, body) VALUES ($1, $2, $3)
			ON CONFLICT (id) DO UPDATE SET status = excluded.status, body = excluded.body`, r.ID, stateOf(r), string(body))
		return err
	})
	if err != nil {
		return fmt.Errorf("write run %s: %w", r.ID, err)
	}
	return nil
}

// Run implements run.Runs.
func (s Runs) Run(ctx context.Context, id string) (run.Run, error) {
	runs, err := s.query(ctx, `SELECT body FROM run WHERE id = $1`, id)
	if err != nil {
		return run.Run{}, err
	}
	if len(runs) == 0 {
		return run.Run{}, fmt.Errorf("run %s: %w", id, run.ErrNotFound)
	}
	return runs[0], nil
}

// Runs implements run.Runs.
func (s Runs) Runs(ctx context.Context) ([]run.Run, error) {
	return s.query(ctx, `SELECT body FROM run ORDER BY id DESC LIMIT $1`, runsListed)
}

// Unfinished implements run.Runs.
func (s Runs) Unfinished(ctx context.Context) ([]run.Run, error) {
	return s.query(ctx, `SELECT body FROM run WHERE status IN ('requested', 'running') ORDER BY id`)
}

func (s Runs) query(ctx context.Context, sql string, args ...any) ([]run.Run, error) {
	runs := []run.Run{}
	err := s.DB.Read(ctx, func(tx Tx) error {
		return Each(ctx, tx, sql, args, func(row Row) error {
			var body string
			if err := row.Scan(&body); err != nil {
				return err
			}
			var r run.Run
			if err := json.Unmarshal([]byte(body), &r); err != nil {
				return err
			}
			runs = append(runs, r)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return runs, nil
}

// PutFindings implements run.Runs.
func (s Runs) PutFindings(ctx context.Context, runID string, findings []feed.Finding) error {
	bodies := make([]string, len(findings))
	for i, f := range findings {
		body, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("write finding: %w", err)
		}
		bodies[i] = string(body)
	}
	err := s.DB.Write(ctx, func(tx Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM finding WHERE run = $1`, runID); err != nil {
			return err
		}
		_, err := tx.CopyIn(ctx, "finding", []string{"run", "n", "body"}, func(yield func([]any) bool) {
			for n, body := range bodies {
				if !yield([]any{runID, n, body}) {
					return
				}
			}
		})
		return err
	})
	if err != nil {
		return fmt.Errorf("write findings: %w", err)
	}
	return nil
}

// Findings implements run.Runs.
func (s Runs) Findings(ctx context.Context, runID string) ([]feed.Finding, error) {
	findings := []feed.Finding{}
	err := s.DB.Read(ctx, func(tx Tx) error {
		return Each(ctx, tx, `SELECT body FROM finding WHERE run = $1 ORDER BY n`, []any{runID}, func(row Row) error {
			var body string
			if err := row.Scan(&body); err != nil {
				return err
			}
			var f feed.Finding
			if err := json.Unmarshal([]byte(body), &f); err != nil {
				return err
			}
			findings = append(findings, f)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read findings: %w", err)
	}
	return findings, nil
}

// Marks keeps short texts from run to run (run.Marks), as settings.
type Marks struct{ DB DB }

// Mark implements run.Marks.
func (m Marks) Mark(ctx context.Context, name string) (text string, err error) {
	err = m.DB.ReadRow(ctx, `SELECT value FROM setting WHERE name = $1`, []any{markPrefix + name}, &text)
	if errors.Is(err, ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the mark %s: %w", name, err)
	}
	return text, nil
}

// SetMark implements run.Marks.
func (m Marks) SetMark(ctx context.Context, name, text string) error {
	err := m.DB.Write(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, markPrefix+name, text)
		return err
	})
	if err != nil {
		return fmt.Errorf("set the mark %s: %w", name, err)
	}
	return nil
}

const markPrefix = "mark."
