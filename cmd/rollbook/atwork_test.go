package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"rollbook/internal/config"
	"rollbook/internal/jobs"
	"rollbook/internal/server"
)

// TestASecondProcessSaysSo syncs while another process is at work.
func TestASecondProcessSaysSo(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	if out := say(t, data, "sync", "../../examples/district", "--domain", "harbor.example"); !strings.Contains(out, "applied") {
		t.Fatal(out)
	}
	parts, err := server.Open(t.Context(), server.Config{Config: config.Config{Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	err = parts.Leases.Do(t.Context(), jobs.RunLease, func(ctx context.Context) error {
		var out bytes.Buffer
		args := []string{"sync", "../../examples/district", "--data", data}
		status := execute(ctx, streams{in: strings.NewReader(""), out: &out, err: &out}, args, func(string) string { return "" })
		if status != 6 || !strings.Contains(out.String(), "another process is at work") || !strings.Contains(out.String(), "--wait") {
			t.Errorf("status %d, want 6:\n%s", status, &out)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestASyncThatWaits waits for the other process, and then does its work.
func TestASyncThatWaits(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	say(t, data, "sync", "../../examples/district", "--domain", "harbor.example")
	parts, err := server.Open(t.Context(), server.Config{Config: config.Config{Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	end, ended := make(chan struct{}), make(chan error)
	begun := make(chan struct{})
	go func() {
		ended <- parts.Leases.Do(context.WithoutCancel(t.Context()), jobs.RunLease, func(context.Context) error {
			close(begun)
			<-end
			return nil
		})
	}()
	<-begun
	out := &bytes.Buffer{}
	waits := &onWrite{do: func() { close(end) }}
	args := []string{"sync", "../../examples/district", "--wait", "--data", data}
	status := execute(t.Context(), streams{in: strings.NewReader(""), out: out, err: waits}, args, func(string) string { return "" })
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if status != 0 || !strings.Contains(waits.text.String(), "waiting: ") || !strings.Contains(out.String(), "plan") {
		t.Errorf("status %d, it says %q and prints\n%s", status, &waits.text, out)
	}
}

// onWrite does something when it is written to first.
type onWrite struct {
	text bytes.Buffer
	do   func()
}

func (w *onWrite) Write(p []byte) (int, error) {
	if w.do != nil {
		w.do()
		w.do = nil
	}
	return w.text.Write(p)
}
