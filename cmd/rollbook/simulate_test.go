package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestSimulate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"writes":     {[]string{"--out", filepath.Join(dir, "night")}, exitDone, "5000 users, 1010 classes"},
		"next night": {[]string{"--out", filepath.Join(dir, "next"), "--next", "--seed", "3", "--today", "2026-11-23"}, exitDone, "1011 classes"},
		"nowhere":    {nil, exitUsage, "--out is missing"},
		"scale":      {[]string{"--out", dir, "--scale", "XXL"}, exitUsage, `"XXL" is not one of`},
		"day":        {[]string{"--out", dir, "--today", "tomorrow"}, exitUsage, `"tomorrow" is not a day`},
		"no folder":  {[]string{"--out", "/dev/null/x"}, exitFailed, "simulate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			status := execute(t.Context(), streams{in: strings.NewReader(""), out: &out, err: &out},
				append([]string{"simulate"}, c.args...), func(string) string { return "" })
			if status != c.status || !strings.Contains(out.String(), c.says) {
				t.Errorf("status %d, want %d; it said:\n%s\nwant %q", status, c.status, out.String(), c.says)
			}
		})
	}
}
