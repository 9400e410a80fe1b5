package identity

import (
	"sync"
	"time"
)

const (
	// rateBurst is how much of its rate a client may use up at once.
	rateBurst = 10 * time.Second

	rateEntries = 10_000
)

// Rates limits how often each caller may ask. It remembers one moment for each:
// when all that it asked for would have been asked for at the rate it is
// allowed. A caller whose moment has passed is as one that never came.
//
// The zero value and nil limit nothing.
type Rates struct {
	interval time.Duration // between two requests at the allowed rate; 0 for no limit
	now      func() time.Time

	mu      sync.Mutex
	moments map[rateKey]time.Time
}

// rateKey is whose requests are counted together.
type rateKey struct{ app, id string }

// NewRates returns Rates that allow so many requests a second, and those of ten
// seconds at once. With 0 they limit nothing.
func NewRates(perSecond int, now func() time.Time) *Rates {
	r := &Rates{now: now, moments: map[rateKey]time.Time{}}
	if perSecond > 0 {
		r.interval = time.Second / time.Duration(perSecond)
	}
	return r
}

// OfCaller counts a request of the caller, and returns how long to wait before
// asking again where it is one too many.
func (r *Rates) OfCaller(c Caller) time.Duration { return r.take(rateKey{c.App, c.ID}) }

// OfAddress is OfCaller for whoever is not known, by a connection's address.
func (r *Rates) OfAddress(remoteAddr string) time.Duration {
	if r == nil || r.interval == 0 {
		return 0
	}
	return r.take(rateKey{id: source(remoteAddr)})
}

func (r *Rates) take(key rateKey) time.Duration {
	if r == nil || r.interval == 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	moment, known := r.moments[key]
	if moment.Before(now) {
		moment = now
	}
	if ahead := moment.Sub(now); ahead > rateBurst-r.interval {
		return ahead - rateBurst + r.interval
	}
	if !known && len(r.moments) >= rateEntries {
		r.shrink(now)
	}
	r.moments[key] = moment.Add(r.interval)
	return 0
}

// shrink forgets callers whose moment has passed, then any, until a tenth is
// free: whoever comes from thousands of addresses has as many rates anyway.
func (r *Rates) shrink(now time.Time) {
	for key, moment := range r.moments {
		if moment.Before(now) {
			delete(r.moments, key)
		}
	}
	for key := range r.moments {
		if len(r.moments) <= rateEntries*9/10 {
			return
		}
		delete(r.moments, key)
	}
}
