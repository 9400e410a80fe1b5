package atrest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollbook/internal/feed/atrest"
)

// clock is a time that passes where somebody sleeps; what happens meanwhile is up to
// the test.
type clock struct {
	now   time.Time
	slept int
	after func(slept int)
}

func (c *clock) Now() time.Time { return c.now }

func (c *clock) Sleep(_ context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept++
	c.after(c.slept)
	return nil
}

func TestWait(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	write := func(t *testing.T, path, content string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		changed time.Time // before
		meant   func(t *testing.T, folder string, slept int)
		slept   int
		err     error
	}{
		"old files":         {changed: began.Add(-time.Hour)},
		"just changed":      {changed: began.Add(-time.Second), slept: 1},
		"a clock far ahead": {changed: began.Add(time.Hour), slept: 1},
		"a file grows twice": {changed: began, slept: 3, meant: func(t *testing.T, folder string, slept int) {
			if slept < 3 {
				write(t, filepath.Join(folder, "users.csv"), "more"[:slept], began.Add(-time.Hour))
			}
		}},
		"another file comes": {changed: began, slept: 2, meant: func(t *testing.T, folder string, _ int) {
			write(t, filepath.Join(folder, "roles.csv"), "", began.Add(-time.Hour))
		}},
		"it never ends": {changed: began, slept: 150, err: atrest.ErrRestless, meant: func(t *testing.T, folder string, slept int) {
			write(t, filepath.Join(folder, "users.csv"), "", began.Add(time.Duration(slept)*time.Second))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			write(t, filepath.Join(folder, "users.csv"), "a", test.changed)
			c := &clock{now: began, after: func(slept int) {
				if test.meant != nil {
					test.meant(t, folder, slept)
				}
			}}
			waits := 0
			got, err := atrest.Wait(t.Context(), folder, 2*time.Second, c, func() { waits++ })
			if !errors.Is(err, test.err) || c.slept != test.slept || (waits > 0) != (test.slept > 0) {
				t.Errorf("slept %d times, want %d; told %d times; %v", c.slept, test.slept, waits, err)
			}
			if now, lookErr := atrest.Look(folder); err == nil && (lookErr != nil || !now.Same(got)) {
				t.Errorf("it returned %v, and the files are %v", got, now)
			}
		})
	}
	if _, err := atrest.Look(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a path that is not there: %v", err)
	}
}
