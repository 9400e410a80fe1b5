package feed_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollbook/internal/feed"
)

// drawKey draws a key: mostly one that was drawn before, seldom a very long one.
func drawKey(t *rapid.T) string {
	key := fmt.Sprint("key-", rapid.IntRange(0, 400).Draw(t, "number"))
	return key + strings.Repeat("x", rapid.SampledFrom([]int{0, 0, 0, 1, 200, 1 << 21}).Draw(t, "length"))
}

// modelOfKeys is what keys do, said with a map.
type modelOfKeys struct {
	slots map[string]int
	all   []string
}

func (m *modelOfKeys) put(key string) (slot int, added bool) {
	if slot, ok := m.slots[key]; ok {
		return slot, false
	}
	m.slots[key] = len(m.all)
	m.all = append(m.all, key)
	return len(m.all) - 1, true
}

func TestKeysAreAMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys, model := feed.NewKeys(rapid.IntRange(0, 100).Draw(t, "room")), modelOfKeys{slots: map[string]int{}}
		for range rapid.IntRange(0, 300).Draw(t, "calls") {
			key := drawKey(t)
			if rapid.Bool().Draw(t, "find") {
				slot, ok := keys.Find(key)
				if want, known := model.slots[key]; ok != known || ok && slot != want {
					t.Fatalf("find %.20q: %d, %v; want %d, %v", key, slot, ok, want, known)
				}
				continue
			}
			slot, added := keys.Put(key)
			if want, isNew := model.put(key); slot != want || added != isNew {
				t.Fatalf("put %.20q: %d, %v; want %d, %v", key, slot, added, want, isNew)
			}
		}
		if diff := cmp.Diff(model.all, append([]string(nil), keys.All()...)); diff != "" {
			t.Fatalf("keys (-want +got):\n%s", diff)
		}
	})
}

// Two keys that have one hash, and two hashes that share a place in the table
// or the bits that the table keeps, are still two keys.
func TestKeysThatCollide(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys, model := feed.NewKeys(100), modelOfKeys{slots: map[string]int{}}
		hashes := map[string]uint64{}
		for range rapid.IntRange(0, 200).Draw(t, "calls") {
			key := fmt.Sprint(rapid.IntRange(0, 90).Draw(t, "key"))
			if _, ok := hashes[key]; !ok {
				hashes[key] = rapid.SampledFrom([]uint64{0, 255, 255 | 1<<63, 1 << 63, 1 << 20}).Draw(t, "hash")
			}
			slot, added := keys.PutHashed(key, hashes[key])
			if want, isNew := model.put(key); slot != want || added != isNew {
				t.Fatalf("put %q: %d, %v; want %d, %v", key, slot, added, want, isNew)
			}
		}
	})
}

// numbered returns so many keys as schools write them.
func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("S%08d", i*7)
	}
	return list
}

// As a million people are looked up for enrollments: in no order.
func BenchmarkKeysFind(b *testing.B) {
	list := numbered(1_000_000)
	keys := feed.NewKeys(len(list))
	for _, key := range list {
		keys.Put(key)
	}
	rows := numbered(len(list))
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	for i, row := range rows {
		rows[i] = strings.Clone(row)
	}
	for i := 0; b.Loop(); i++ {
		if _, ok := keys.Find(rows[i%len(rows)]); !ok {
			b.Fatal("a key is not found")
		}
	}
}

func BenchmarkKeysPut(b *testing.B) {
	list := numbered(1_000_000)
	for _, room := range []int{0, len(list)} {
		b.Run(fmt.Sprintf("room for %d", room), func(b *testing.B) {
			for b.Loop() {
				keys := feed.NewKeys(room)
				for _, key := range list {
					keys.Put(key)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(list)), "ns/key")
		})
	}
}
