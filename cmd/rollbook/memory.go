package main

import "runtime/debug"

const (
	// garbagePercent is how much garbage, in percent of what is in use, may lie
	// about before it is collected. A server has little in use and answers a
	// tenth more requests for it.
	garbagePercent = 400

	// memoryLimit is where garbage is collected earlier, so that a run over a
	// million people does not take several times what it has in use.
	memoryLimit = 800 << 20
)

// limitMemory sets both, unless the environment does (GOGC, GOMEMLIMIT).
func limitMemory(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(garbagePercent)
	debug.SetMemoryLimit(memoryLimit)
}
