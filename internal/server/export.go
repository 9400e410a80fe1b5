package server

import (
	"context"
	"slices"

	"rollbook/internal/directory"
	"rollbook/internal/feed"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
	"rollbook/internal/store"
)

// PersonFile is all that is held on one person, but for what they have in directories beside
// what Rollbook wrote there.
type PersonFile struct {
	Record      ledger.Record
	Person      roster.Person // without the password, which nobody is shown
	Password    bool          // there is one
	Active      bool          // in the roster
	Roles       roster.Affiliations
	Details     roster.Details
	Enrollments []PersonEnrollment
	Accounts    []PersonAccount
	Changes     []ledger.Entry
	Findings    []feed.Finding
}

// PersonEnrollment is an enrollment in a class that is there or was.
type PersonEnrollment struct {
	Class  string `json:"class"`
	Title  string `json:"title"`
	Role   string `json:"role"`
	Active bool   `json:"active"`
}

// PersonAccount is what a directory holds of the person by the ledger.
type PersonAccount struct {
	Target string
	ledger.Object
	Groups []string // the classes into whose groups Rollbook put the person
}

// ExportPerson returns all that is held on a person.
func (p *Parts) ExportPerson(ctx context.Context, key string) (PersonFile, error) {
	f := PersonFile{}
	var err error
	if f.Record, err = p.FindRecordOf(ctx, directory.Account, key); err != nil {
		return f, err
	}
	names, err := p.Names(ctx)
	if err != nil {
		return f, err
	}
	for _, read := range []func(context.Context, *Names) error{
		func(ctx context.Context, n *Names) error { return f.readPerson(ctx, n.roster()) },
		func(ctx context.Context, n *Names) error { return f.readEnrollments(ctx, n.roster()) },
		func(ctx context.Context, _ *Names) error { return p.readAccounts(ctx, &f) },
		func(ctx context.Context, _ *Names) error { return p.readFindings(ctx, &f) },
	} {
		if err := read(ctx, names); err != nil {
			return f, err
		}
	}
	for e, err := range p.Ledger().Changes(ctx, ledger.Query{Record: f.Record}) {
		if err != nil {
			return f, err
		}
		f.Changes = append(f.Changes, e)
	}
	return f, nil
}

func (f *PersonFile) readPerson(ctx context.Context, r store.Roster) error {
	for record, err := range r.RecordsOf(ctx, f.Record.Source, roster.KindPerson, []roster.ID{f.Record.ID}) {
		if err != nil {
			return err
		}
		parts := record.Split()
		if f.Person, err = roster.DecodePerson(record.Key, parts[roster.Itself]); err != nil {
			return err
		}
		f.Active, f.Password = record.Active, f.Person.Password != ""
		f.Person.Password = ""
		if f.Roles, err = roster.DecodeAffiliations(parts[roster.AffiliationsPart]); err != nil {
			return err
		}
		if f.Details, err = roster.DecodeDetails(parts[roster.DetailsPart]); err != nil {
			return err
		}
	}
	return nil
}

func (f *PersonFile) readEnrollments(ctx context.Context, r store.Roster) error {
	var roll roster.Roll
	for record, err := range r.Records(ctx, f.Record.Source, roster.KindClass) {
		if err != nil {
			return err
		}
		parts := record.Split()
		if roll, err = roster.DecodeRoll(parts[roster.RollPart], roll[:0]); err != nil {
			return err
		}
		for _, e := range roll {
			if e.Person != f.Record.ID {
				continue
			}
			class, err := roster.DecodeClass(record.Key, parts[roster.Itself])
			if err != nil {
				return err
			}
			f.Enrollments = append(f.Enrollments, PersonEnrollment{record.Key, class.Title, e.Role, record.Active && e.Ended == 0})
		}
	}
	return nil
}

// readAccounts reads what each directory holds.
func (p *Parts) readAccounts(ctx context.Context, f *PersonFile) error {
	numbers, err := p.numbers(ctx)
	if err != nil {
		return err
	}
	called, err := p.TargetNames(ctx)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		for held, err := range p.Ledger().ObjectsOf(ctx, number, directory.Account, f.Record.Source, ledger.IDs{f.Record.ID}) {
			if err != nil {
				return err
			}
			account := PersonAccount{Target: called(number), Object: held}
			for group, err := range p.Ledger().Objects(ctx, number, directory.ClassGroup, f.Record.Source) {
				if err != nil {
					return err
				}
				if slices.ContainsFunc(group.Links, func(l ledger.Linked) bool { return l.IDs.Has(f.Record.ID) || l.Found.Has(f.Record.ID) }) {
					anchor, _ := group.Written.Get(directory.MailNickname)
					account.Groups = append(account.Groups, anchor)
				}
			}
			f.Accounts = append(f.Accounts, account)
		}
	}
	return nil
}

// readFindings reads the findings that name the person.
func (p *Parts) readFindings(ctx context.Context, f *PersonFile) error {
	who := store.Person{Names: []string{f.Person.SourcedID, f.Person.Username}}
	runs, err := p.Runs().Runs(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		found, err := p.Runs().Findings(ctx, r.ID)
		if err != nil {
			return err
		}
		for _, one := range found {
			if who.Named(one.Record) || who.Named(one.Message) {
				f.Findings = append(f.Findings, one)
			}
		}
	}
	return nil
}
