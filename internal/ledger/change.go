package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"strings"
	"time"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// Change is one write to one object of a target, with all its links, as it is
// planned: it names records of the roster, of which some get their object only
// while the plan is applied.
type Change struct {
	Seq      int64 // its number in the plan
	Wave     int   // changes of one wave do not depend on each other
	Part     string
	Verb     directory.Verb
	Record   Record
	Anchor   string
	ObjectID string // the target's; "" for what the plan creates

	Set directory.Values // what a create and an update write
	Was directory.Values // what an update found, of the same properties

	Links   []Links
	Because string // a code

	// From is the record that held the object before the change gives it to its own,
	// of the same source and kind; 0 for none.
	From roster.ID

	// Password says where the initial password of an account is that the change creates:
	// PasswordOfFeed, or PasswordOfFlow; "" for none. The password itself is never here.
	Password string
}

// PasswordOfFeed stands for the password that the school chose for a person.
const PasswordOfFeed = "feed"

// PasswordOfFlow stands for the password that a user flow has for a role group.
func PasswordOfFlow(id, group string) string { return "flow " + id + " " + group }

// FlowOfPassword returns the flow and the role group of a PasswordOfFlow.
func FlowOfPassword(reference string) (id, group string, is bool) {
	rest, is := strings.CutPrefix(reference, "flow ")
	if !is {
		return "", "", false
	}
	return strings.Cut(rest, " ")
}

// Links are links of one relation that a change adds or removes, for one reason.
type Links struct {
	Relation directory.Relation `json:"relation"`
	Remove   bool               `json:"remove,omitempty"`
	Because  string             `json:"because"`
	IDs      IDs                `json:"ids"`
}

// The codes of why a change is made. An adapter of a person's questions turns them
// into sentences.
const (
	BecausePresent     = "present"     // the person has a role, the class is current
	BecauseMatched     = "matched"     // the object was found, and belongs to the record from now on
	BecauseRelinked    = "relinked"    // the record replaces another one, which is gone: it has its object and its links
	BecauseRosterSays  = "rosterSays"  // the roster or the configuration says something else than was written
	BecauseEnrolled    = "enrolled"    // there is an enrollment with a role that is mapped
	BecauseFound       = "found"       // the link should be there, and somebody made it already
	BecauseNotEnrolled = "notEnrolled" // there is no enrollment any more, or its role is not mapped
	BecauseWithoutRole = "withoutRole" // the person has no role any more
	BecauseClassIsOver = "classIsOver" // the class is not current
	BecauseUndone      = "undone"      // a rollback takes back what an earlier run did
	BecauseLetGo       = "letGo"       // a rollback takes back that the object was found: it is nobody's of ours again
)

// Moves returns the links that a directory sees change: those that only go over to
// another record are not among them.
func Moves(links []Links) []Links {
	return slices.DeleteFunc(slices.Clone(links), func(l Links) bool { return l.Because == BecauseRelinked })
}

// GivesUp reports whether nothing is held of the record once the change is done.
func (c Change) GivesUp() bool { return c.Verb == directory.Delete || c.Because == BecauseLetGo }

// Size returns how many links the change adds or removes.
func (c Change) Size() int {
	n := 0
	for _, l := range c.Links {
		n += len(l.IDs)
	}
	return n
}

// Digest identifies what a change does: not why, nor its place in the plan. It is
// kept when the change is erased, and carries the hashes of parts and plans.
type Digest [sha256.Size]byte

// Digest returns the digest of the change.
func (c Change) Digest() Digest {
	d := digester{hash: sha256.New()}
	d.texts(string(c.Verb), string(c.Record.Kind), c.Anchor, c.ObjectID)
	d.number(uint64(c.Record.Source))
	d.number(uint64(c.Record.ID))
	d.values(c.Set)
	d.values(c.Was)
	d.number(uint64(len(c.Links)))
	for _, l := range c.Links {
		d.texts(string(l.Relation))
		if l.Remove {
			d.number(1)
		} else {
			d.number(0)
		}
		d.number(uint64(len(l.IDs)))
		for _, id := range l.IDs {
			d.number(uint64(id))
		}
	}
	if c.From != 0 {
		d.number(uint64(c.From))
	}
	if c.Password != "" {
		d.texts(c.Password)
	}
	d.hash.Write(d.buffer)
	return Digest(d.hash.Sum(nil))
}

// digester writes texts after their length, and numbers, so that no two changes
// are written alike.
type digester struct {
	hash   hash.Hash
	buffer []byte
}

func (d *digester) number(n uint64) { d.buffer = binary.AppendUvarint(d.buffer, n) }

func (d *digester) texts(texts ...string) {
	for _, text := range texts {
		d.number(uint64(len(text)))
		d.buffer = append(d.buffer, text...)
	}
}

func (d *digester) values(values directory.Values) {
	d.number(uint64(len(values)))
	for _, v := range values {
		d.texts(string(v.Property), v.Text)
	}
}

// Outcome is what became of a change.
type Outcome struct {
	Seq   int64
	Time  time.Time
	State directory.OutcomeState // Done, Accepted or Failed
	ID    string
	At    string
	Made  bool // it created the object

	// AsAsked says that everything that was asked for was changed: then Set, Was
	// and Links are those of the change, and empty here.
	AsAsked  bool
	Set, Was directory.Values
	Links    []Links
	Found    []Linked // in Found: the links to add that were there before
	Refused  []Refused
	Kept     directory.Values // what the target keeps in another form than it was asked to
	Handle   string           // of one that was Accepted: what to ask for again

	Code    string // of a failure: what kind it is
	Message string // and in words
}

// Refused are links that could not be changed.
type Refused struct {
	Links   Links  `json:"links"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Changed is what a change really did.
type Changed struct {
	Set, Was directory.Values
	Links    []Links
}

// Changed returns what the change really did.
func (o Outcome) Changed(c Change) Changed {
	if o.AsAsked {
		return Changed{c.Set, c.Was, c.Links}
	}
	return Changed{o.Set, o.Was, o.Links}
}
