package identity

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	throttleWindow  = time.Minute
	throttleEntries = 10_000

	// Wrong secrets a minute: of one client from one address, and from one
	// address whatever the client. A client is not held back by what others
	// try from elsewhere: nobody can lock it out.
	clientAttempts  = 10
	addressAttempts = 50
)

// throttle limits how often something may fail in a window of time.
type throttle struct {
	limit int
	now   func() time.Time

	mu      sync.Mutex
	windows map[string]window
}

type window struct {
	ends  time.Time
	count int
}

func newThrottle(limit int, now func() time.Time) *throttle {
	return &throttle{limit: limit, now: now, windows: make(map[string]window)}
}

// begin counts an attempt as failed, before it is known whether it is, so that
// attempts at the same time count too. It returns how long to wait when there
// were too many.
func (t *throttle) begin(key string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	w := t.windows[key]
	if !now.Before(w.ends) {
		w = window{ends: now.Add(throttleWindow)}
	}
	if w.count >= t.limit {
		return w.ends.Sub(now)
	}
	w.count++
	if len(t.windows) >= throttleEntries {
		t.shrink(now)
	}
	t.windows[key] = w
	return 0
}

// succeed takes back what begin counted.
func (t *throttle) succeed(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w, ok := t.windows[key]; ok && w.count > 0 {
		w.count--
		t.windows[key] = w
	}
}

// shrink forgets windows that ended, then any, until a tenth is free.
func (t *throttle) shrink(now time.Time) {
	for key, w := range t.windows {
		if !now.Before(w.ends) {
			delete(t.windows, key)
		}
	}
	for key := range t.windows {
		if len(t.windows) <= throttleEntries*9/10 {
			return
		}
		delete(t.windows, key)
	}
}

// source returns the address that attempts are counted by: all of an IPv6
// network of 64 bits is one, as one machine has all of its addresses.
func source(remoteAddr string) string {
	host, _, err := net.SplitHostPort(remoteAddr)
	if err != nil {
		return remoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap(); address.Is4() {
		return address.String()
	}
	network, err := address.Prefix(64)
	if err != nil {
		return host
	}
	return network.String()
}
