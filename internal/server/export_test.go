package server

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"rollbook/internal/config"
	"rollbook/internal/identity"
	"rollbook/internal/obs"
)

// Observe puts a handler behind what every request passes.
func Observe(next http.Handler, log *slog.Logger) http.Handler {
	return &observer{
		next: next, surface: (&routes{identity: &identity.Handler{}}).surface, metrics: obs.NewMetrics(),
		log: log, now: time.Now, newID: newID,
	}
}

// Connections bounds connections.
type Connections struct{ *connections }

// NewConnections returns bounds whose exempt address is 192.0.2.99.
func NewConnections(most int) Connections {
	exempt := netip.MustParseAddr("192.0.2.99")
	return Connections{newConnections(most, func(a netip.Addr) bool { return a == exempt }, slog.New(slog.DiscardHandler))}
}

// Follow is told of a connection's state.
func (c Connections) Follow(conn net.Conn, state http.ConnState) { c.follow(conn, state) }

// Prove notes that a request on a connection had a token.
func (c Connections) Prove(remoteAddr string) { c.prove(remoteAddr) }

// Origin is what finds out by which name and from where a client asks.
type Origin struct{ *origin }

// NewOrigin returns the one of a configuration.
func NewOrigin(cfg config.Config) (Origin, error) {
	at, err := newOrigin(cfg)
	return Origin{at}, err
}

// Behind has next see requests as clients sent them.
func (o Origin) Behind(next http.Handler) http.Handler { return o.behind(next) }

// Parts is what a server is made of.
func (s *Server) Parts() *Parts { return s.parts }

// AnswerOf says what is answered to an error.
func AnswerOf(err error) (status int, after time.Duration, message string) { return answerOf(err) }

// SetRoom has the disk of the data folder have so many bytes.
func (p *Parts) SetRoom(bytes uint64) {
	p.health.room = func(string) (uint64, bool) { return bytes, true }
}

// RoomIn returns how many bytes the disk of a folder has.
func RoomIn(folder string) (bytes uint64, known bool) { return roomIn(folder) }
