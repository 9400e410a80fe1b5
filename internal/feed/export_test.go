package feed

// Keys numbers keys in the order in which they come.
type Keys struct{ keys }

// NewKeys returns keys with room for so many.
func NewKeys(room int) *Keys { return &Keys{newKeys(room)} }

// Put returns the slot of a key, and gives it the next one if it has none.
func (k *Keys) Put(key string) (slot int, added bool) { return k.put(key) }

// PutHashed is Put for a key that has another hash than it should. The table
// must not grow.
func (k *Keys) PutHashed(key string, hash uint64) (slot int, added bool) {
	slot, free, ok := k.search(key, hash)
	if ok {
		return slot, false
	}
	return k.add(key, hash, free), true
}

// Find returns the slot of a key.
func (k *Keys) Find(key string) (slot int, ok bool) { return k.find(key) }

// All returns the keys by slot.
func (k *Keys) All() []string { return k.all() }
