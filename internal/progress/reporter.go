package progress

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Mode is how progress is shown.
type Mode int

// The modes.
const (
	Terminal Mode = iota // one line, written over
	Plain                // a line every few seconds
	JSON                 // an object a line, every second
)

// quick is for how long a stage is not shown.
const quick = time.Second

// interval returns how often a mode shows progress.
func (m Mode) interval() time.Duration {
	switch m {
	case Terminal:
		return 200 * time.Millisecond
	case Plain:
		return 5 * time.Second
	case JSON:
	}
	return time.Second
}

// Reporter counts and shows the progress of one stage after the other. Its
// methods may be called by several goroutines, and do nothing on a nil Reporter.
type Reporter struct {
	mode Mode
	out  renderer
	now  func() time.Time

	count atomic.Int64 // of the stage in progress

	mu      sync.Mutex
	stage   stage // "" for none
	stop    chan struct{}
	stopped chan struct{}
}

// stage is a stage at a moment.
type stage struct {
	name    string
	total   int64 // 0 where it is not known
	count   int64
	started time.Time
	elapsed time.Duration
	shown   bool
}

// New returns a reporter that writes to w. On a Terminal the line is as wide as
// w says, if it has a method Width() int, in characters, and else 79.
func New(w io.Writer, mode Mode, now func() time.Time) *Reporter {
	return &Reporter{mode: mode, out: newRenderer(w, mode), now: now}
}

// Stage begins a stage, which ends the one before. total is how much Add will
// count, 0 where that is not known. Done must be called after the last stage.
func (r *Reporter) Stage(name string, total int64) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end()
	r.count.Store(0)
	r.stage = stage{name: name, total: total, started: r.now()}
	if r.stop == nil {
		r.stop, r.stopped = make(chan struct{}), make(chan struct{})
		go r.update(r.stop, r.stopped)
	}
}

// Add counts n more done. It costs no more than an addition.
func (r *Reporter) Add(n int64) {
	if r != nil {
		r.count.Add(n)
	}
}

// Done ends the last stage. Nothing is written after it returned, until there
// is another Stage.
func (r *Reporter) Done() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.end()
	r.stage = stage{}
	stop, stopped := r.stop, r.stopped
	r.stop, r.stopped = nil, nil
	r.mu.Unlock()
	if stop != nil {
		close(stop)
		<-stopped
	}
}

// update shows the stage in progress from time to time.
func (r *Reporter) update(stop, stopped chan struct{}) {
	defer close(stopped)
	ticker := time.NewTicker(r.mode.interval())
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			r.show()
		}
	}
}

func (r *Reporter) show() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stage.name == "" || r.now().Sub(r.stage.started) < quick {
		return
	}
	r.measure()
	r.stage.shown = true
	r.out.progress(r.stage)
}

// end shows the end of the stage in progress, if that was shown at all.
func (r *Reporter) end() {
	if r.stage.shown {
		r.measure()
		r.out.end(r.stage)
	}
}

func (r *Reporter) measure() {
	r.stage.count = r.count.Load()
	r.stage.elapsed = r.now().Sub(r.stage.started)
}

// rate returns how much is done a second.
func (s stage) rate() float64 {
	if s.elapsed <= 0 {
		return 0
	}
	return float64(s.count) / s.elapsed.Seconds()
}

// left returns how long the stage will still take, and whether that is known.
func (s stage) left() (time.Duration, bool) {
	if s.total <= 0 || s.count <= 0 || s.count >= s.total {
		return 0, false
	}
	return time.Duration(float64(s.total-s.count) / s.rate() * float64(time.Second)), true
}
