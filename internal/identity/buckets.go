package identity

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/time/rate"
)

// maxBuckets is of how many keys it is remembered how often they came. Whoever
// comes from more addresses than that has as many rates anyway.
const maxBuckets = 10_000

// buckets limit how often something may happen for each key: so many at once,
// and then at a rate. Those that came last are remembered; one that is not has
// its whole burst.
type buckets[K comparable] struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu    sync.Mutex
	known *expirable.LRU[K, *rate.Limiter]
}

func newBuckets[K comparable](perSecond rate.Limit, burst int, now func() time.Time) *buckets[K] {
	return &buckets[K]{rate: perSecond, burst: burst, now: now, known: expirable.NewLRU[K, *rate.Limiter](maxBuckets, nil, 0)}
}

// take counts one for the key, and returns how long to wait before the next try
// where it is one too many, which counts for nothing.
func (b *buckets[K]) take(key K) time.Duration {
	limiter, now := b.of(key), b.now()
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return max(time.Duration(missing/float64(b.rate)*float64(time.Second)), time.Millisecond)
}

func (b *buckets[K]) of(key K) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	limiter, ok := b.known.Get(key)
	if !ok {
		limiter = rate.NewLimiter(b.rate, b.burst)
		b.known.Add(key, limiter)
	}
	return limiter
}
