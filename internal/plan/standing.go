package plan

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json"

	"rollbook/internal/roster"
)

// population is what planning keeps in memory of every person: two bytes, by ID.
type population struct {
	sessions map[string]roster.Session
	standing []standing
	codes    []string // RefRole of the people who are present, each once
	classes  []uint8  // by ID: the number of the reason why a class is not provisioned
}

// standing says what a person is to the plan: what holds of them, and the place
// of their role among the codes.
type standing uint16

const (
	present     standing = 1 << iota // active, with a current role
	provisioned                      // has an account, or gets one in this plan
	newcomer                         // present, and had no account
	resting                          // not present, and stays in the groups where he or she is
	firstRole                        // the rest of the bits is the role, or why somebody is not present
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
	keptResting = 1 << 1 // alone
	keptRole    = 1 << 2
	mostRoles   = 1 << 6
)

// kept is what stands before the bytes of people and classes.
type keptHeader struct {
	Codes  []string `json:"codes"`
	People int      `json:"people"`
}

// encode packs how everybody stands, for the next plan to begin from: the codes
// of the roles, then a byte for each person and for each class. It returns nil where
// that is too little for the roles.
func (p *population) encode() []byte {
	codes := p.codesInUse()
	if len(codes) > mostRoles {
		return nil
	}
	kept, err := json.Marshal(keptHeader{codes, len(p.standing)})
	if err != nil {
		return nil
	}
	kept = append(slices.Grow(kept, len(p.standing)+len(p.classes)+1), '\n')
	places := make([]standing, len(p.codes))
	for i, code := range p.codes {
		places[i] = standing(max(slices.Index(codes, code), 0))
	}
	for _, s := range p.standing {
		if s&present == 0 {
			kept = append(kept, keptResting*byte(s&resting/resting)|keptRole*byte(s/firstRole))
			continue
		}
		kept = append(kept, byte(s&seats|places[s/firstRole]*keptRole))
	}
	return append(kept, p.classes...)
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
	head, rest, _ := bytes.Cut(kept, []byte{'\n'})
	var header keptHeader
	if err := json.Unmarshal(head, &header); err != nil || header.People > len(rest) {
		return nil, false
	}
	people := rest[:header.People]
	p := &population{standing: make([]standing, len(people)), codes: header.Codes, classes: slices.Clone(rest[header.People:])}
	for _, r := range p.classes {
		if int(r) >= len(reasonsOfClasses()) {
			return nil, false
		}
	}
	for i := range p.standing {
		b := standing(people[i])
		p.standing[i] = b&seats | b/keptRole*firstRole
		if b&present == 0 {
			p.standing[i] = b/keptRole*firstRole | b&keptResting/keptResting*resting
			if int(b/keptRole) >= len(reasonsOfPeople()) {
				return nil, false
			}
		}
		if b&present != 0 && int(b/keptRole) >= len(p.codes) {
			return nil, false
		}
	}
	return p, true
}
