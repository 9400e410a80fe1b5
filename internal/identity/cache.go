package identity

import (
	"crypto/sha256"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
)

// maxCached is how many tokens it is remembered of what they say.
const maxCached = 4096

// cache keeps what the tokens that came last were found to say, until they
// expire. It is keyed by a hash, so that no token stays in memory.
type cache struct {
	entries *expirable.LRU[cacheKey, *cached]
}

type cacheKey [sha256.Size]byte

type cached struct {
	verified
	checked atomic.Int64 // when its client was last known to exist, Unix nanoseconds
}

// verified is what an accepted token says.
type verified struct {
	caller  Caller
	client  string // of ours, that must still exist; "" for a token with none
	expires time.Time
}

func newCache() *cache { return &cache{expirable.NewLRU[cacheKey, *cached](maxCached, nil, 0)} }

func keyOf(token string) cacheKey { return sha256.Sum256([]byte(token)) }

func (c *cache) get(key cacheKey, now time.Time) *cached {
	entry, ok := c.entries.Get(key)
	if !ok || !now.Before(entry.expires) {
		return nil
	}
	return entry
}

func (c *cache) put(key cacheKey, v verified, now time.Time) {
	entry := &cached{verified: v}
	entry.checked.Store(now.UnixNano())
	c.entries.Add(key, entry)
}

func (c *cache) remove(key cacheKey) { c.entries.Remove(key) }
