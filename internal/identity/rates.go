package identity

import (
	"time"

	"golang.org/x/time/rate"
)

// rateBurst is how many seconds of its rate a client may use up at once.
const rateBurst = 10

// Rates limits how often each caller may ask. The zero value and nil limit
// nothing.
type Rates struct {
	buckets *buckets[rateKey] // nil for no limit
}

// rateKey is whose requests are counted together.
type rateKey struct{ app, id string }

// NewRates returns Rates that allow so many requests a second, and those of ten
// seconds at once. With 0 they limit nothing.
func NewRates(perSecond int, now func() time.Time) *Rates {
	if perSecond <= 0 {
		return &Rates{}
	}
	return &Rates{buckets: newBuckets[rateKey](rate.Limit(perSecond), perSecond*rateBurst, now)}
}

// OfCaller counts a request of the caller, and returns how long to wait before
// asking again where it is one too many.
func (r *Rates) OfCaller(c Caller) time.Duration { return r.take(rateKey{c.App, c.ID}) }

// OfAddress is OfCaller for whoever is not known, by a connection's address.
func (r *Rates) OfAddress(remoteAddr string) time.Duration {
	if r == nil || r.buckets == nil {
		return 0
	}
	return r.take(rateKey{id: Source(remoteAddr)})
}

func (r *Rates) take(key rateKey) time.Duration {
	if r == nil || r.buckets == nil {
		return 0
	}
	return r.buckets.take(key)
}
