package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"rollbook/internal/identity"
	"rollbook/internal/odata"
	"rollbook/internal/store"
)

// routes sends each request to the surface that its path belongs to. It is no
// http.ServeMux, because that redirects paths it would rather have otherwise,
// and clients of Graph lose bodies and tokens on redirects.
type routes struct {
	identity *identity.Handler
	graph    http.Handler
	own      http.Handler // /rollbook/v1
	recorder odata.Auditor
	upload   http.Handler
	tenant   string // the first part of every upload's path
	ready    func(ctx context.Context) (waits []string, err error)
	now      func() time.Time
}

// surface is what a request is for, in a word that metrics show.
type surface string

const (
	surfaceGraph    surface = "graph"
	surfaceRollbook surface = "rollbook"
	surfaceIdentity surface = "identity"
	surfaceUpload   surface = "upload"
	surfaceProbe    surface = "probe"
	surfaceNone     surface = "none"
)

// surface returns which surface a path belongs to.
func (h *routes) surface(path string) surface {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case strings.EqualFold(first, "beta") || strings.EqualFold(first, "v1.0"):
		return surfaceGraph
	case strings.EqualFold(first, "rollbook"):
		return surfaceRollbook
	case h.identity.Serves(path):
		return surfaceIdentity
	case first == h.tenant:
		return surfaceUpload
	case path == "/healthz" || path == "/readyz":
		return surfaceProbe
	}
	return surfaceNone
}

func (h *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch h.surface(r.URL.Path) {
	case surfaceGraph:
		h.graph.ServeHTTP(w, r)
	case surfaceRollbook:
		h.own.ServeHTTP(w, r)
	case surfaceIdentity:
		h.identity.ServeHTTP(w, r)
		h.noteRefusal(w, r)
	case surfaceUpload:
		h.upload.ServeHTTP(w, r)
		h.noteRefusal(w, r)
	case surfaceProbe:
		h.serveProbe(w, r)
	case surfaceNone:
		writeError(w, r, h.now(), http.StatusNotFound, "itemNotFound",
			"There is nothing at this address. The API is at /beta/external/industryData, /v1.0 and /rollbook/v1.")
	}
}

// noteRefusal puts in the audit log who was not let in by a surface that does not
// do so itself. Who it was is not known: what would have proved it was wrong.
func (h *routes) noteRefusal(w http.ResponseWriter, r *http.Request) {
	a, ok := w.(*answer)
	if !ok || a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
		return
	}
	h.recorder.Record(r.Context(), odata.Record{
		Time: h.now(), RequestID: w.Header().Get(requestIDHeader), ClientRequestID: r.Header.Get("client-request-id"),
		RemoteAddr: r.RemoteAddr, Method: r.Method, Path: r.URL.Path, Status: a.status,
	})
}

// serveProbe answers /healthz, which says that the process answers and nothing
// more, and /readyz, which says whether requests can be answered as they should.
func (h *routes) serveProbe(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/healthz" {
		writeText(w, http.StatusOK, "ok\n")
		return
	}
	waits, err := h.ready(r.Context())
	if err != nil {
		writeText(w, http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
		return
	}
	writeText(w, http.StatusOK, strings.Join(append([]string{"ready"}, waits...), "\n")+"\n")
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

// readable reports whether the database answers.
func readable(ctx context.Context, db store.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return db.Read(ctx, func(tx store.Tx) error {
		var one int64
		return tx.QueryRow(ctx, `SELECT 1`).Scan(&one)
	})
}
