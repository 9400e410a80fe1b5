package roster

import (
	"cmp"
	"slices"
	"strings"
)

// Affiliation is a person's role at an organization (SDS: roles.csv).
type Affiliation struct {
	OrgSourcedID     string
	Role             string // RefRole
	SessionSourcedID string
	Grade            string     // RefGradeLevel
	IsPrimary        Tristate   // SDS: decides which role counts where a person has several
	Start, End       Date       // both included
	Ended            FeedNumber // the feed that first lacked it; 0 while it is active
	Frozen           FeedNumber // since when it is unknown whether it goes on; 0 where it is known
}

// FeedNumber counts the feeds that were stored for a source system, from 1, in
// the order in which they were: the numbers of its streams can be compared.
type FeedNumber uint32

// Tristate is a Boolean that may be absent.
type Tristate string

// The values of a Tristate.
const (
	Unset Tristate = ""
	True  Tristate = "true"
	False Tristate = "false"
)

// Affiliations are all affiliations that a person has or had.
type Affiliations []Affiliation

// Same reports whether two affiliations are the same one: the same role at the
// same organization in the same session. The rest of it may change.
func (a Affiliation) Same(b Affiliation) bool {
	return a.OrgSourcedID == b.OrgSourcedID && a.Role == b.Role && a.SessionSourcedID == b.SessionSourcedID
}

// Active returns the affiliations that the latest feed holds, and those that are
// frozen.
func (as Affiliations) Active() Affiliations {
	return slices.DeleteFunc(slices.Clone(as), func(a Affiliation) bool { return a.Ended != 0 })
}

// Digest identifies what the person has now, as far as that is known. What ended
// before is not part of it. The affiliations must be sorted.
func (as Affiliations) Digest() Digest { return Sum(as.Active().Encode(nil)) }

// Sort orders the affiliations as they are stored.
func (as Affiliations) Sort() {
	slices.SortFunc(as, func(a, b Affiliation) int {
		return cmp.Or(
			strings.Compare(a.OrgSourcedID, b.OrgSourcedID), strings.Compare(a.Role, b.Role),
			strings.Compare(a.SessionSourcedID, b.SessionSourcedID),
		)
	})
}

// Encode appends the canonical content to buf. The affiliations must be sorted.
func (as Affiliations) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	for _, a := range as {
		e.str(a.OrgSourcedID)
		e.str(a.Role)
		e.str(a.SessionSourcedID)
		e.str(a.Grade)
		e.str(string(a.IsPrimary))
		e.date(a.Start)
		e.date(a.End)
		e.num(int(a.Ended))
		e.num(int(a.Frozen))
		e.row()
	}
	return e.buf
}

// DecodeAffiliations reads what Encode wrote.
func DecodeAffiliations(body []byte) (Affiliations, error) {
	return AppendAffiliations(nil, body)
}

// AppendAffiliations appends what Encode wrote to others.
func AppendAffiliations(as Affiliations, body []byte) (Affiliations, error) {
	for rest := string(body); rest != ""; {
		var d decoder
		d.rest, rest, _ = strings.Cut(rest, rowSeparator)
		as = append(as, Affiliation{
			OrgSourcedID: d.str(), Role: d.str(), SessionSourcedID: d.str(), Grade: d.str(),
			IsPrimary: Tristate(d.str()), Start: d.date(), End: d.date(), Ended: FeedNumber(d.num()),
			Frozen: FeedNumber(d.num()),
		})
		if d.err != nil {
			return nil, d.err
		}
	}
	return as, nil
}
