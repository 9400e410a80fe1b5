package server

import (
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"rollbook/internal/obs"
)

// observer gives each request an ID and a line in the log, counts it, limits its
// time, and turns a panic into an answer.
type observer struct {
	next    http.Handler
	surface func(path string) surface
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() time.Time
	newID   func() string
}

func (o *observer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := o.now()
	w.Header().Set(requestIDHeader, o.newID())
	endAfterChunks(w, r)
	paceBody(w, r)
	a := newAnswer(w)
	o.metrics.RequestBegun()
	defer func() {
		broken := o.recovered(a, r, recover())
		took := o.now().Sub(begun)
		o.metrics.RequestEnded(string(o.surface(r.URL.Path)), r.Method, a.status, took)
		o.log.LogAttrs(r.Context(), slog.LevelInfo, requestLine(a.status),
			slog.String("method", loggedMethod(r.Method)),
			slog.String("path", loggedPath(r.URL.Path)),
			slog.Int("status", a.status),
			slog.Int64("bytes", a.bytes),
			slog.Duration("took", took),
			slog.String("request-id", w.Header().Get(requestIDHeader)))
		if broken {
			panic(http.ErrAbortHandler)
		}
	}()
	o.next.ServeHTTP(a, r)
	if a.status == 0 {
		a.status = http.StatusOK
	}
}

// requestLine returns the message of a request's line. Those that were refused
// have one of their own: the log leaves out what comes too often, and nobody may
// keep out the requests that were answered by sending others.
func requestLine(status int) string {
	if status >= 400 && status < 500 {
		return "request refused"
	}
	return "request"
}

// endAfterChunks has the connection end with a request whose body comes in chunks.
// Such a request may have said its length as well, by which a proxy before the
// server would have taken it for another one: RFC 9112, 6.1, has the connection
// closed then. The library takes the length away, so that the two cannot be told
// apart; to begin a new connection costs the few clients that send chunks little.
func endAfterChunks(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 && len(r.TransferEncoding) > 0 {
		w.Header().Set("Connection", "close")
	}
}

// recovered answers for a handler that panicked. It reports whether the
// connection must be ended, because an answer had begun that would be taken for
// a whole one.
func (o *observer) recovered(a *answer, r *http.Request, panicked any) bool {
	if panicked == nil {
		return false
	}
	if err, ok := panicked.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return true
	}
	o.log.ErrorContext(r.Context(), "a request panicked", "panic", panicked, "stack", string(debug.Stack()),
		"request-id", a.Header().Get(requestIDHeader))
	if a.status != 0 {
		return true
	}
	writeError(a, r, o.now(), http.StatusInternalServerError, "generalException",
		"The server failed on this request. Its log has the details under this request-id.")
	return false
}

// loggedMethod keeps what is not a method out of the log.
func loggedMethod(method string) string {
	if len(method) > 10 {
		return method[:10]
	}
	return method
}

// loggedPath returns a path as it may be logged: without the query, which may
// hold a signature or a name, and without what may name a person, which is
// every part that is neither an identifier nor a word of the API.
func loggedPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if i > 12 {
			return strings.Join(parts[:i], "/") + "/…"
		}
		person := i > 0 && strings.EqualFold(parts[i-1], "users") && !isUUID(part)
		if part != "" && (person || len(part) > 80 || strings.ContainsFunc(part, notLogged)) {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}

func notLogged(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("-_.$", r)
}

func isUUID(s string) bool {
	return len(s) == 36 && strings.Count(s, "-") == 4 && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("0123456789abcdefABCDEF-", r)
	})
}
