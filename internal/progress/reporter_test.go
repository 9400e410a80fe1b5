package progress_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/progress"
)

// work does 100 things a second for some seconds.
func work(r *progress.Reporter, seconds int) {
	for range seconds * 10 {
		time.Sleep(100 * time.Millisecond)
		r.Add(10)
	}
}

type narrow struct{ bytes.Buffer }

func (*narrow) Width() int { return 21 }

func TestPlain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := progress.New(&out, progress.Plain, time.Now)
		r.Stage("Read", 1_200_000)
		time.Sleep(time.Millisecond) // no step falls on a tick
		r.Add(1_199_000)
		work(r, 6)
		r.Stage("Plan", 0)
		time.Sleep(5 * time.Second)
		r.Done()
		want := `Read, 99 %, 1,199,490 of 1,200,000, 239,898/s, 0 s left
Read, 1,199,600, 199,900/s, 6 s, done
Plan, 4 s
Plan, 5 s, done
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out narrow
		r := progress.New(&out, progress.Terminal, time.Now)
		r.Stage("Lesen über alles", 1000)
		time.Sleep(1100 * time.Millisecond)
		r.Stage("B", 0)
		time.Sleep(1250 * time.Millisecond)
		r.Done()
		want := "\rLesen über alles, 0 " + "\r" + strings.Repeat(" ", 20) + "\r" +
			"\rB, 1 s" + "\r      " + "\r"
		got := out.String()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q\n%s", got, diff)
		}
	})
}

func TestTerminalLineIsWrittenOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := progress.New(&out, progress.Terminal, time.Now)
		r.Stage("Read", 1000)
		r.Add(10)
		time.Sleep(1150 * time.Millisecond)
		r.Add(890)
		time.Sleep(100 * time.Millisecond)
		r.Done()
		want := "\rRead, 1 %, 10 of 1,000, 10/s, 1 min 39 s left" +
			"\rRead, 90 %, 900 of 1,000, 750/s, 0 s left    " + // spaces over what stood there
			"\r" + strings.Repeat(" ", 41) + "\r"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestJSON(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := progress.New(&out, progress.JSON, time.Now)
		r.Stage("read", 1000)
		r.Add(100)
		time.Sleep(1500 * time.Millisecond)
		r.Stage("plan", 0)
		r.Done()
		want := `{"stage":"read","count":100,"total":1000,"seconds":1,"rate":100,"left":9,"done":false}
{"stage":"read","count":100,"total":1000,"seconds":1.5,"rate":66.7,"done":true}
`
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestQuickStagesAreNotShown(t *testing.T) {
	t.Parallel()
	for _, mode := range []progress.Mode{progress.Terminal, progress.Plain, progress.JSON} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			r := progress.New(&out, mode, time.Now)
			for range 30 {
				r.Stage("Read", 100)
				time.Sleep(990 * time.Millisecond)
				r.Add(100)
			}
			r.Done()
			time.Sleep(time.Minute)
			if out.Len() > 0 {
				t.Errorf("mode %d: %q", mode, out.String())
			}
		})
	}
}

func TestNothingIsWrittenAfterDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := progress.New(&out, progress.JSON, time.Now)
		r.Stage("read", 0)
		time.Sleep(3 * time.Second)
		r.Done()
		before := out.Len()
		r.Done()
		time.Sleep(time.Minute)
		if before == 0 || out.Len() != before {
			t.Errorf("%d bytes when done, %d later", before, out.Len())
		}
		r.Stage("again", 0)
		time.Sleep(3 * time.Second)
		r.Done()
		if out.Len() == before {
			t.Error("a stage after Done is not shown")
		}
	})
}

func TestManyCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		r := progress.New(&out, progress.JSON, time.Now)
		r.Stage("read", 0)
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { work(r, 3) })
		}
		group.Wait()
		r.Done()
		if !strings.HasSuffix(out.String(), `"count":6000,"seconds":3,"rate":2000,"done":true}`+"\n") {
			t.Errorf("got %s", out.String())
		}
	})
}

func TestNilIsSilent(t *testing.T) {
	t.Parallel()
	var r *progress.Reporter
	r.Stage("read", 1)
	r.Add(1)
	r.Done()
}
