package obs_test

import (
	"bytes"
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
			for range 1000 {
				log.Info("a line of a log that has some length")
			}
		})
	}
	wait.Wait()
	if lines, writes := p.lines(); lines == 0 || writes > 40 {
		t.Errorf("%d lines in %d writes before the end", lines, writes)
	}
	flush()
	if lines, _ := p.lines(); lines != 4000 {
		t.Errorf("%d lines, want 4000", lines)
	}
}
