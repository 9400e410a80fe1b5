package server

import (
	"crypto/rand"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"rollbook/internal/config"
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

func newID() string {
	id, err := uuid.NewV7FromReader(rand.Reader)
	if err != nil {
		// crypto/rand does not fail; it ends the program where it would.
		panic(err)
	}
	return id.String()
}
