package obs

import (
	"net/http"
	"strconv"
	"time"
)

// RequestBegun counts a request among those in flight. Its surface is one of a
// few words.
func (m *Metrics) RequestBegun() { m.inFlight.Inc() }

// RequestEnded counts a request that was answered with a status.
func (m *Metrics) RequestEnded(surface, method string, status int, took time.Duration) {
	m.inFlight.Dec()
	m.requests.WithLabelValues(surface, knownMethod(method), strconv.Itoa(status)).Inc()
	m.requestSeconds.WithLabelValues(surface).Observe(took.Seconds())
}

// knownMethod keeps the number of counters small, whatever is asked.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
