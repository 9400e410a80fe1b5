package obs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rollbook/internal/obs"
)

// paper is what a log is written to. It counts the writes.
type paper struct {
	mu     sync.Mutex
	text   bytes.Buffer
	writes int
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b) > 0 {
		p.writes++
	}
	return p.text.Write(b)
}

func (p *paper) lines() (lines, writes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Count(p.text.String(), "\n"), p.writes
}

func want(t *testing.T, p *paper, lines, writes int) {
	t.Helper()
	if l, w := p.lines(); l != lines || w != writes {
		t.Errorf("%d lines in %d writes, want %d in %d", l, w, lines, writes)
	}
}

func TestLinesAreGathered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		log, flush := obs.NewLog(p)
		log.Info("one")
		log.With("a", 1).WithGroup("g").Info("two", "b", 2)
		want(t, p, 0, 0)
		time.Sleep(time.Second)
		synctest.Wait()
		want(t, p, 2, 1)
		log.Info("three")
		log.With("a", 1).Warn("four")
		want(t, p, 4, 2)
		log.Info("five")
		flush()
		want(t, p, 5, 3)
		time.Sleep(time.Second)
		synctest.Wait()
		want(t, p, 5, 3)
	})
}

func TestManyLinesAreWrittenSoon(t *testing.T) {
	t.Parallel()
	p := &paper{}
	log, flush := obs.NewLog(p)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 200 {
				log.Info("a line of a log that has some length")
			}
		})
	}
	wait.Wait()
	if lines, writes := p.lines(); lines == 0 || writes > 40 {
		t.Errorf("%d lines in %d writes before the end", lines, writes)
	}
	flush()
	if lines, _ := p.lines(); lines != 800 {
		t.Errorf("%d lines, want 800", lines)
	}
}

// TestLogIsBounded has somebody cause one line without end.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &paper{}
		log, flush := obs.NewLog(p)
		for range 20_000 {
			log.With("a", 1).WithGroup("g").Info("request refused", "status", 401)
		}
		log.Info("another kind")
		flush()
		if lines, _ := p.lines(); lines != 1001 {
			t.Errorf("%d lines at once, want 1000 and another kind", lines)
		}
		for range 60 {
			time.Sleep(time.Second)
			for range 100 {
				log.Info("request refused")
			}
		}
		flush()
		if lines, _ := p.lines(); lines != 1001+600 {
			t.Errorf("%d lines after a minute, want 600 more than 1001", lines)
		}
		for _, want := range []string{"left-out=19000", "left-out=90"} {
			if n := strings.Count(p.text.String(), want); n == 0 {
				t.Errorf("no line says %s", want)
			}
		}
		flush()
	})
}

// TestKindsAreBounded logs messages that are all different, which none of ours are.
func TestKindsAreBounded(t *testing.T) {
	t.Parallel()
	var before, after runtime.MemStats
	log, flush := obs.NewLog(io.Discard)
	runtime.GC()
	runtime.ReadMemStats(&before)
	for n := range 50_000 {
		log.Info(strconv.Itoa(n))
	}
	flush()
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("%d bytes for 50,000 kinds", grown)
	}
	runtime.KeepAlive(log)
}

func TestLongValuesAreCut(t *testing.T) {
	t.Parallel()
	p := &paper{}
	log, flush := obs.NewLog(p)
	long := strings.Repeat("x", 1<<20)
	log.Info("one", "text", long, "error", errors.New(long), "number", 7)
	log.WithGroup("g").Info("two", "error", fmt.Errorf("read: %w", errors.New("short")))
	flush()
	got := p.text.String()
	if len(got) > 20<<10 || !strings.Contains(got, "x… ") || !strings.Contains(got, "number=7") || !strings.Contains(got, `g.error="read: short"`) {
		t.Errorf("%d bytes: %.200s", len(got), got)
	}
}
