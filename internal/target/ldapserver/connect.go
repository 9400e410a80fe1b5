package ldapserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// callLimit is how long a call may take: a server that never answers stops nobody for
// longer.
const callLimit = 30 * time.Second

// side is how many calls are under way at once. More gain nothing on one server.
const side = 4

// Target is a directory that is reached over LDAP. A kind of server adds its Probe,
// which makes it a directory.Target.
type Target struct {
	settings Settings
	layout   Layout
	password string
	people   *people

	mu   sync.Mutex
	idle []*ldap.Conn
}

// Open returns the directory with these settings, which the caller MUST have checked. It
// does not connect yet. The caller MUST close it.
func Open(s Settings, l Layout, password string) *Target {
	return &Target{settings: s, layout: l, password: password, people: newPeople()}
}

// Close ends all connections.
func (t *Target) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, c := range t.idle {
		errs = append(errs, c.Close())
	}
	t.idle = nil
	return errors.Join(errs...)
}

// With calls fn with a connection that is logged in. One that broke is not used again.
func (t *Target) With(ctx context.Context, fn func(*ldap.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := t.take()
	if err != nil {
		return err
	}
	err = fn(c)
	if broken(err) {
		return errors.Join(err, c.Close())
	}
	t.mu.Lock()
	t.idle = append(t.idle, c)
	t.mu.Unlock()
	return err
}

func (t *Target) take() (*ldap.Conn, error) {
	t.mu.Lock()
	if last := len(t.idle) - 1; last >= 0 {
		c := t.idle[last]
		t.idle = t.idle[:last]
		t.mu.Unlock()
		if !c.IsClosing() {
			return c, nil
		}
		return t.take()
	}
	t.mu.Unlock()
	return t.connect()
}

func (t *Target) connect() (*ldap.Conn, error) {
	config, err := t.settings.tls()
	if err != nil {
		return nil, err
	}
	c, err := ldap.DialURL(t.settings.URL, ldap.DialWithTLSConfig(config), ldap.DialWithDialer(&net.Dialer{Timeout: callLimit}))
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", t.settings.URL, err)
	}
	c.SetTimeout(callLimit)
	if t.settings.StartTLS {
		err = c.StartTLS(config)
	}
	if err == nil {
		err = c.Bind(t.settings.BindDN, t.password)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("log in at %s as %s: %w", t.settings.URL, t.settings.BindDN, err), c.Close())
	}
	return c, nil
}

// broken reports whether a connection is of no more use after an error.
func broken(err error) bool {
	return ldap.IsErrorAnyOf(err, ldap.ErrorNetwork, ldap.LDAPResultUnavailable, ldap.LDAPResultTimeout, ldap.LDAPResultServerDown) ||
		err != nil && !isAnswer(err)
}

// isAnswer reports whether an error is what the server said.
func isAnswer(err error) bool {
	var answered *ldap.Error
	return errors.As(err, &answered) && answered.ResultCode < ldap.ErrorNetwork
}
