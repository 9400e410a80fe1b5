package server

import (
	"crypto/rand"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/config"
	"rollbook/internal/installation"
)

// Config is what an installation is told, and what it takes from the world.
type Config struct {
	config.Config

	Log   *slog.Logger
	Now   func() time.Time
	NewID func() string // a UUID, time-ordered
}

// WithDefaults returns the configuration with the clock, the identifiers and a
// log that goes nowhere, where none were given.
func (c Config) WithDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = newID
	}
	return c
}

// installation returns what the installation is opened with.
func (c Config) installation() installation.Config {
	return installation.Config{Data: c.Data, Database: c.Database, Log: c.Log, Now: c.Now, NewID: c.NewID}
}

func newID() string {
	id, err := uuid.NewV7FromReader(rand.Reader)
	if err != nil {
		// crypto/rand does not fail; it ends the program where it would.
		panic(err)
	}
	return id.String()
}

// baseURL returns where clients reach a server that listens on the port, as
// far as the configuration tells.
func (c Config) baseURL(port string) string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	scheme := "https://"
	if c.PlainHTTP {
		scheme = "http://"
	}
	host, configured, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return scheme + c.Listen
	}
	if port == "" {
		port = configured
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
		if len(c.Hosts) > 0 {
			host = c.Hosts[0]
		}
	}
	return scheme + net.JoinHostPort(host, port)
}
