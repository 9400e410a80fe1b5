package dbtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Link is a way to a PostgreSQL database that can be cut, as if the server, or the
// network before it, were gone.
type Link struct {
	URL string

	listener net.Listener
	network  string
	address  string

	mu   sync.Mutex
	open map[net.Conn]bool // both ends of every connection
	cut  bool
}

// PostgresLink returns a link to a new PostgreSQL database.
func PostgresLink(tb testing.TB) *Link {
	tb.Helper()
	address := PostgresURL(tb)
	settings, err := pgconn.ParseConfig(address)
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	l := &Link{listener: listener, open: map[net.Conn]bool{}}
	l.network, l.address = pgconn.NetworkAddress(settings.Host, settings.Port)
	here := url.URL{Scheme: "postgres", User: url.UserPassword(settings.User, settings.Password), Host: listener.Addr().String(), Path: settings.Database, RawQuery: "sslmode=disable"}
	l.URL = here.String()
	go l.accept()
	tb.Cleanup(func() {
		l.Cut()
		_ = listener.Close() // which ends accept
	})
	return l
}

// Cut ends all connections and lets no new ones through.
func (l *Link) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for conn := range l.open {
		_ = conn.Close() // whoever uses it is told
	}
	clear(l.open)
}

// Mend lets new connections through again.
func (l *Link) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = false
}

func (l *Link) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial(l.network, l.address)
		if err != nil || !l.keep(near, far) {
			_ = near.Close()
			continue
		}
		go l.copy(near, far)
		go l.copy(far, near)
	}
}

func (l *Link) keep(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range conns {
		if l.cut {
			_ = conn.Close()
		} else {
			l.open[conn] = true
		}
	}
	return !l.cut
}

func (l *Link) copy(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}
