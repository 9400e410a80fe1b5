package feed

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inParallel calls fn with ranges that together are 0 to n, on as many goroutines
// as there are processors. fn MUST NOT touch what it does in another range.
func inParallel(n int, fn func(from, to int)) {
	const atOnce = 1 << 10
	var begun atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n/atOnce+1) {
		workers.Go(func() {
			for to := 0; to < n; {
				to = int(begun.Add(atOnce))
				fn(min(to-atOnce, n), min(to, n))
			}
		})
	}
	workers.Wait()
}
