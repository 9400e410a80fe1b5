package hosted

import (
	"context"
	"errors"
	"iter"

	"rollbook/internal/directory"
	"rollbook/internal/hosted"
	"rollbook/internal/hosted/tables"
)

// Target is the hosted directory as one that is written to.
type Target struct{ Directory *tables.Directory }

var _ directory.Target = Target{}

// pack is how many changes are written in one transaction, and packLinks how many
// of their links: other writers wait meanwhile.
const (
	pack      = 4000
	packLinks = 80_000
)

// Abilities implements directory.Target.
func (Target) Abilities(context.Context) (directory.Abilities, error) {
	value := directory.ValueAbilities{InCreate: true, InChange: true, Clear: true, Unit: directory.Runes}
	required := value
	required.Clear, required.Unique, required.Same = false, directory.UniqueInDirectory, directory.SameWithoutCase
	verbs := map[directory.Verb]bool{directory.Create: true, directory.Update: true, directory.Delete: true}
	account := directory.KindAbilities{Verbs: verbs, Anchor: true, Values: map[directory.Property]directory.ValueAbilities{directory.UserPrincipalName: required}}
	for _, p := range []directory.Property{
		directory.Anchor, directory.DisplayName, directory.GivenName, directory.Surname, directory.Mail, directory.AccountEnabled,
		directory.PrimaryRole, directory.ExternalID, directory.Grade, directory.UserNumber, directory.AgeGroup,
	} {
		account.Values[p] = value
	}
	all := directory.RelationAbilities{InCreate: -1}
	group := directory.KindAbilities{
		Verbs: verbs, Anchor: true, Values: map[directory.Property]directory.ValueAbilities{},
		Relations: map[directory.Relation]directory.RelationAbilities{directory.Owner: all, directory.Member: all},
	}
	for _, p := range []directory.Property{
		directory.Anchor, directory.DisplayName, directory.MailNickname, directory.Description, directory.HasTeam,
		directory.CourseTitle, directory.CourseCode, directory.CourseSubject, directory.CourseGradeLevel, directory.CourseExternalID,
		directory.AcademicSessionTitle, directory.AcademicSessionExternalID, directory.ClassCode,
	} {
		group.Values[p] = value
	}
	return directory.Abilities{
		Kinds: map[directory.Kind]directory.KindAbilities{directory.Account: account, directory.ClassGroup: group},
		Pack:  pack, Side: 1, Marks: directory.MarksWithDeletions,
	}, nil
}

// Probe implements directory.Target. The directory is in Rollbook's own database.
func (Target) Probe(context.Context) ([]directory.Problem, error) { return nil, nil }

// Since implements directory.Target. It is one read of one state of the directory,
// and leaves out what Apply wrote.
func (t Target) Since(ctx context.Context, m directory.Mark, kinds []directory.Kind) iter.Seq2[directory.Observed, error] {
	return func(yield func(directory.Observed, error) bool) {
		o := observer{kinds: map[directory.Kind]bool{}, yield: yield}
		for _, k := range kinds {
			o.kinds[k] = true
		}
		version, err := t.Directory.Observe(ctx, string(m), o)
		switch {
		case errors.Is(err, errEnough):
		case errors.Is(err, hosted.ErrForgotten):
			yield(directory.Observed{}, directory.Expired{Text: err.Error()})
		case err != nil:
			yield(directory.Observed{}, err)
		default:
			yield(directory.Observed{Mark: directory.Mark(version)}, nil)
		}
	}
}

// errEnough ends a read whose caller wants no more.
var errEnough = errors.New("enough")

// observer yields what it is told of.
type observer struct {
	kinds map[directory.Kind]bool
	yield func(directory.Observed, error) bool
}

func (o observer) User(u hosted.User) error {
	object := accountOf(u)
	return o.observed(directory.Observed{Ref: object.Ref, Values: object.Values, Whole: true})
}

func (o observer) Group(g hosted.GroupContent) error {
	object := groupOf(g.Group)
	links := make([]directory.LinkChange, 0, len(g.Memberships))
	for _, m := range g.Memberships {
		links = append(links, directory.LinkChange{Link: linkOf(m)})
	}
	return o.observed(directory.Observed{Ref: object.Ref, Values: object.Values, Links: links, Whole: true})
}

func (o observer) DeletedUser(id string) error {
	return o.observed(directory.Observed{Ref: directory.Ref{Kind: directory.Account, ID: id}, Gone: directory.GoneHard})
}

func (o observer) DeletedGroup(id string) error {
	return o.observed(directory.Observed{Ref: directory.Ref{Kind: directory.ClassGroup, ID: id}, Gone: directory.GoneHard})
}

func (o observer) observed(one directory.Observed) error {
	if o.kinds[one.Ref.Kind] && !o.yield(one, nil) {
		return errEnough
	}
	return nil
}

// Find implements directory.Target.
func (t Target) Find(ctx context.Context, k directory.Kind, keys []directory.Key) iter.Seq2[directory.Found, error] {
	return func(yield func(directory.Found, error) bool) {
		byProperty := map[directory.Property][]directory.Key{}
		for _, key := range keys {
			byProperty[key.Property] = append(byProperty[key.Property], key)
		}
		for property, keys := range byProperty {
			if k != directory.Account || property != directory.UserPrincipalName && property != directory.Mail {
				yield(directory.Found{}, directory.Invalid{Property: property, Text: "objects cannot be looked for by it"})
				return
			}
			if !t.find(ctx, property, keys, yield) {
				return
			}
		}
	}
}

func (t Target) find(ctx context.Context, property directory.Property, keys []directory.Key, yield func(directory.Found, error) bool) bool {
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = key.Value
	}
	found, err := t.Directory.FindUsers(ctx, string(property), values)
	if err != nil {
		yield(directory.Found{}, err)
		return false
	}
	if len(found) == 0 {
		return true
	}
	for _, key := range keys {
		for _, user := range found[folded(key.Value)] {
			if !yield(directory.Found{Key: key, Object: accountOf(user)}, nil) {
				return false
			}
		}
	}
	return true
}
