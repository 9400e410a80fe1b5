package plan

import (
	"encoding/binary"
	"slices"

	"rollbook/internal/roster"
)

// population is what planning keeps in memory of every person: two bytes, by ID.
type population struct {
	sessions map[string]roster.Session
	standing []standing
	codes    []string // RefRole of the people who are present, each once
}

// standing says what a person is to the plan: what holds of them, and the place
// of their role among the codes.
type standing uint16

const (
	present     standing = 1 << iota // active, with a current role
	provisioned                      // has an account, or gets one in this plan
	newcomer                         // present, and had no account
	firstRole                        // the rest of the bits is the role
)

// set notes what holds of a person, and with nothing that there is one.
func (p *population) set(id roster.ID, s standing) {
	for int(id) >= len(p.standing) {
		p.standing = append(p.standing, make([]standing, int(id)-len(p.standing)+1)...)
	}
	p.standing[id] |= s
}

// enter notes somebody who is present.
func (p *population) enter(id roster.ID, role string) {
	place := slices.Index(p.codes, role)
	if place < 0 {
		place = len(p.codes)
		p.codes = append(p.codes, role)
	}
	p.set(id, present|firstRole*standing(place))
}

func (p *population) role(s standing) string { return p.codes[s/firstRole] }

func (p *population) is(id roster.ID, s standing) bool {
	return int(id) < len(p.standing) && p.standing[id]&s == s
}

// leave forgets what holds of a person.
func (p *population) leave(id roster.ID) {
	if int(id) < len(p.standing) {
		p.standing[id] = 0
	}
}

// refuse takes back that a person has an account.
func (p *population) refuse(id roster.ID) { p.standing[id] &^= provisioned }

// seats is what a person must be to be in a group.
const seats = present | provisioned

// A kept standing is a byte: what a person is, and then the role.
const (
	keptRole  = 1 << 2
	mostRoles = 1 << 6
)

// encode packs how everybody stands, for the next plan to begin from: the codes
// of the roles, then a byte for each person. It returns nil where that is too
// little for the roles.
func (p *population) encode() []byte {
	codes := p.codesInUse()
	if len(codes) > mostRoles {
		return nil
	}
	kept := binary.AppendUvarint(make([]byte, 0, len(p.standing)+1024), uint64(len(codes)))
	for _, code := range codes {
		kept = appendText(kept, code)
	}
	places := make([]standing, len(p.codes))
	for i, code := range p.codes {
		places[i] = standing(max(slices.Index(codes, code), 0))
	}
	for _, s := range p.standing {
		if s&present == 0 {
			kept = append(kept, 0)
			continue
		}
		kept = append(kept, byte(s&seats|places[s/firstRole]*keptRole))
	}
	return kept
}

// codesInUse returns the codes of the roles that anybody has, sorted.
func (p *population) codesInUse() []string {
	used := make([]bool, len(p.codes))
	for _, s := range p.standing {
		if s&present != 0 {
			used[s/firstRole] = true
		}
	}
	var codes []string
	for i, code := range p.codes {
		if used[i] {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// decodePopulation reads what encode wrote, and reports whether it could.
func decodePopulation(kept []byte) (*population, bool) {
	r, p := bodyReader{rest: string(kept)}, &population{}
	p.codes = make([]string, r.upTo(mostRoles))
	for i := range p.codes {
		p.codes[i] = r.text()
	}
	p.standing = make([]standing, len(r.rest))
	for i := range p.standing {
		b := standing(r.rest[i])
		p.standing[i] = b&seats | b/keptRole*firstRole
		if b&present != 0 && int(b/keptRole) >= len(p.codes) {
			return nil, false
		}
	}
	return p, !r.damaged && len(kept) > 0
}
