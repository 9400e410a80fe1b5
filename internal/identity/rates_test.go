package identity_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"rollbook/internal/identity"
)

// allowed is how many of n requests at once are allowed, and what the last is told to wait.
func allowed(n int, ask func() time.Duration) (count int, wait time.Duration) {
	for range n {
		if wait = ask(); wait == 0 {
			count++
		}
	}
	return count, wait
}

func TestRates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rates := identity.NewRates(5, time.Now)
		one, other := identity.Caller{ID: "one", App: "one"}, identity.Caller{ID: "other", App: "other"}
		if n, wait := allowed(100, func() time.Duration { return rates.OfCaller(one) }); n != 50 || wait != 200*time.Millisecond {
			t.Errorf("%d at once, then to wait %v, want 50 and 200ms", n, wait)
		}
		if n, _ := allowed(10, func() time.Duration { return rates.OfCaller(other) }); n != 10 {
			t.Errorf("another is held back by it: %d of 10", n)
		}
		time.Sleep(time.Second)
		if n, _ := allowed(100, func() time.Duration { return rates.OfCaller(one) }); n != 5 {
			t.Errorf("%d after a second, want 5", n)
		}
		time.Sleep(time.Hour)
		if n, _ := allowed(100, func() time.Duration { return rates.OfCaller(one) }); n != 50 {
			t.Errorf("%d after an hour, want 50", n)
		}
		// One network of 64 bits is one address, and ports make no difference.
		n := 0
		for i := range 100 {
			if rates.OfAddress(fmt.Sprintf("[2001:db8::%x]:%d", i, 1000+i)) == 0 {
				n++
			}
		}
		if n != 50 {
			t.Errorf("%d of one network, want 50", n)
		}
	})
}

func TestNoRates(t *testing.T) {
	t.Parallel()
	var none *identity.Rates
	for name, rates := range map[string]*identity.Rates{"nil": none, "zero": {}, "0 a second": identity.NewRates(0, time.Now)} {
		for range 1000 {
			if rates.OfCaller(identity.Caller{ID: "x"}) != 0 || rates.OfAddress("192.0.2.1:1") != 0 {
				t.Fatalf("%s limits", name)
			}
		}
	}
}

// However many callers come, what is remembered of them is bounded. It looks at
// the memory of the whole process, so nothing else may run meanwhile.
func TestRatesOfManyCallers(t *testing.T) {
	rates := identity.NewRates(1, time.Now)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 300_000 {
		rates.OfCaller(identity.Caller{ID: fmt.Sprintf("caller %d", i)})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d bytes for 300,000 callers", grown)
	}
	runtime.KeepAlive(rates)
}

func BenchmarkRates(b *testing.B) {
	rates := identity.NewRates(1_000_000, time.Now)
	caller := identity.Caller{ID: "0190a1b2-0000-7000-8000-000000000001", App: "0190a1b2-0000-7000-8000-000000000002"}
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			rates.OfCaller(caller)
		}
	})
}
