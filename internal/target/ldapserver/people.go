package ldapserver

import (
	"strings"
	"sync"

	"github.com/go-ldap/ldap/v3"
)

// people leads from the IDs of accounts to where they stand, and back: groups hold the
// DNs of their members.
type people struct {
	mu  sync.Mutex
	at  map[string]string // DN by ID
	ids map[string]string // ID by canonical DN
}

func newPeople() *people { return &people{at: map[string]string{}, ids: map[string]string{}} }

// canonical returns the form of a DN by which DNs are compared (RFC 4514).
func canonical(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return strings.ToLower(dn)
	}
	return strings.ToLower(parsed.String())
}

func (p *people) put(id, dn string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(id)
	p.at[id], p.ids[canonical(dn)] = dn, id
}

func (p *people) drop(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leave(id)
	delete(p.at, id)
}

// leave notes that somebody stands no longer where they stood, which another one may do.
func (p *people) leave(id string) {
	if before := canonical(p.at[id]); p.ids[before] == id {
		delete(p.ids, before)
	}
}

// reset forgets everybody.
func (p *people) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.ids = map[string]string{}, map[string]string{}
}

func (p *people) dn(id string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	dn, known := p.at[id]
	return dn, known
}

func (p *people) id(dn string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, known := p.ids[canonical(dn)]
	return id, known
}
