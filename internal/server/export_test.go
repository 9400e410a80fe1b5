package server

import (
	"log/slog"
	"net/http"
	"time"
)

// Observe puts a handler behind what every request passes.
func Observe(next http.Handler, log *slog.Logger) http.Handler {
	return &observer{next: next, log: log, now: time.Now, newID: newID}
}
