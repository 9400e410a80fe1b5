package identity

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"
)

const maxCached = 20_000

// cache keeps what tokens were found to say until they expire. It is keyed by
// a hash, so that no token stays in memory.
type cache struct {
	mu      sync.RWMutex
	entries map[cacheKey]*cached
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

func newCache() *cache { return &cache{entries: make(map[cacheKey]*cached)} }

func keyOf(token string) cacheKey { return sha256.Sum256([]byte(token)) }

func (c *cache) get(key cacheKey, now time.Time) *cached {
	c.mu.RLock()
	defer c.mu.RUnlock()
	entry := c.entries[key]
	if entry == nil || !now.Before(entry.expires) {
		return nil
	}
	return entry
}

func (c *cache) put(key cacheKey, v verified, now time.Time) {
	entry := &cached{verified: v}
	entry.checked.Store(now.UnixNano())
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxCached {
		c.shrink(now)
	}
	c.entries[key] = entry
}

func (c *cache) remove(key cacheKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, key)
}

// shrink makes room: expired entries go, then any, until a tenth is free, so
// that a full cache is not searched for every new token.
func (c *cache) shrink(now time.Time) {
	for key, entry := range c.entries {
		if !now.Before(entry.expires) {
			delete(c.entries, key)
		}
	}
	for key := range c.entries {
		if len(c.entries) <= maxCached*9/10 {
			return
		}
		delete(c.entries, key)
	}
}
