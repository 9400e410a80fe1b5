package flow

import (
	"context"
	"strings"
	"time"
)

// Decision is what a person said of a record, and what holds in all later runs until it
// is withdrawn. There is one of a record at most.
type Decision struct {
	ID     string    `json:"id"`
	Record DecidedOn `json:"record"`
	As     DecidedAs `json:"as"`
	// UserName is that of the account which the person is to have, of a Link.
	UserName string    `json:"userName,omitempty"`
	Note     string    `json:"note,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// DecidedOn is the record of a decision. Number is the one that it has in the roster.
type DecidedOn struct {
	Source    int    `json:"source"` // the number of the source system
	Class     bool   `json:"class,omitzero"`
	SourcedID string `json:"sourcedId"`
	Number    uint32 `json:"number"`
}

// DecidedAs says what was decided.
type DecidedAs string

// What can be decided.
const (
	// Link has a person be looked up by a user name, whatever the school says, and have the
	// account although a record held it that is gone.
	Link DecidedAs = "link"
	// Ignore has everything stay as it is of a person or class, in all directories.
	Ignore DecidedAs = "ignore"
)

// mostNote is how many bytes a note may have.
const mostNote = 1000

// Decide makes a decision, in the place of an earlier one on the record.
func (s *Service) Decide(ctx context.Context, d Decision) (made Decision, err error) {
	err = s.change(ctx, func(ed *edit) error {
		for _, old := range ed.state.Decisions {
			if old.Record.is(d.Record) {
				if err := drop(ctx, ed, decisions(), old.ID); err != nil {
					return err
				}
			}
		}
		made, err = insert(ctx, ed, decisions(), d)
		return err
	})
	return made, err
}

// Decisions returns all decisions, in the order in which they were made.
func (s *Service) Decisions(ctx context.Context) ([]Decision, error) { return all(ctx, s, decisions()) }

// Withdraw takes back what was decided on a record, and reports whether anything was.
func (s *Service) Withdraw(ctx context.Context, of DecidedOn) (withdrawn bool, err error) {
	err = s.change(ctx, func(ed *edit) error {
		withdrawn = false
		for _, d := range ed.state.Decisions {
			if !d.Record.is(of) {
				continue
			}
			if err := drop(ctx, ed, decisions(), d.ID); err != nil {
				return err
			}
			withdrawn = true
		}
		return nil
	})
	return withdrawn, err
}

// is reports whether two are the same record: under another name too.
func (d DecidedOn) is(other DecidedOn) bool {
	return d.Source == other.Source && d.Class == other.Class && d.Number == other.Number
}

func decisions() noun[Decision] {
	return noun[Decision]{
		kind: KindDecision, name: "decision",
		list: func(s *Snapshot) *[]Decision { return &s.Decisions },
		id:   func(d *Decision) *string { return &d.ID },
		begin: func(_ context.Context, ed *edit, d *Decision) error {
			d.At = ed.now
			return nil
		},
		check: checkDecision,
	}
}

func checkDecision(_ *Snapshot, d *Decision) error {
	d.UserName, d.Note = strings.TrimSpace(d.UserName), strings.TrimSpace(d.Note)
	switch {
	case d.As != Link && d.As != Ignore:
		return invalid("as", "%q is neither link nor ignore", string(d.As))
	case d.As == Link && d.UserName == "":
		return invalid("userName", "a link names the user name of the account")
	case d.As == Link && d.Record.Class:
		return invalid("as", "a class is not linked to an account")
	case len(d.Note) > mostNote:
		return invalid("note", "a note has at most %d bytes", mostNote)
	}
	return nil
}
