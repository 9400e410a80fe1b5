package targettest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollbook/internal/directory"
)

// Hand does in a directory what somebody else than Rollbook does there. Links are
// given by ID.
type Hand func(ctx context.Context, c directory.Change) error

// HandOf returns the Hand that works with a client of its own, which knows nothing of what
// the one on test does.
func HandOf(client directory.Target) Hand {
	return func(ctx context.Context, c directory.Change) error {
		outcomes, err := try(ctx, client, c)
		if err != nil {
			return err
		}
		return outcomes[0].Err
	}
}

// Run tests the directory that open returns, a new and empty one at each call,
// against the contract of directory.Target.
func Run(t *testing.T, open func(t *testing.T) (directory.Target, Hand)) {
	run(t, thousands, atOnce(open))
}

// RunSmall is Run for a directory that takes long for each object: where the suite makes
// thousands, it makes hundreds.
func RunSmall(t *testing.T, open func(t *testing.T) (directory.Target, Hand)) {
	run(t, hundreds, atOnce(open))
}

// How many objects the suite makes where it makes many.
const (
	thousands = 3000
	hundreds  = 300
)

func atOnce(open func(t *testing.T) (directory.Target, Hand)) func(t *testing.T) (directory.Target, Hand, Settle) {
	return func(t *testing.T) (directory.Target, Hand, Settle) {
		target, hand := open(t)
		return target, hand, func() {}
	}
}

// Settle waits until reads show everything that was written.
type Settle func()

// RunSlow is Run for a directory of which reads lag behind. Of one that loses
// answers nobody can tell what was so before a change, and this is not tested.
func RunSlow(t *testing.T, open func(t *testing.T) (directory.Target, Hand, Settle)) {
	run(t, thousands, open)
}

func run(t *testing.T, many int, open func(t *testing.T) (directory.Target, Hand, Settle)) {
	for name, test := range map[string]func(*testing.T, bench){
		"create/account":             testCreateAccount,
		"create/group with links":    testCreateGroup,
		"create/awkward characters":  testAwkward,
		"create/again":               testCreateAgain,
		"create/again after a crash": testCreateTried,
		"create/what it lacks":       testCreateLacks,
		"create/never with an ID":    testCreateWithID,
		"create/invalid":             testCreateInvalid,
		"create/name taken":          testNameTaken,
		"create/initial password":    testInitialPassword,
		"update/values":              testUpdate,
		"update/adopts":              testAdopt,
		"update/not there":           testUpdateMissing,
		"update/invalid":             testUpdateInvalid,
		"links/add and remove":       testLinks,
		"links/some are so already":  testLinksSoAlready,
		"links/to what is not there": testLinksMissing,
		"links/of a deleted account": testLinksOfDeleted,
		"delete/account and group":   testDelete,
		"apply/failures are apart":   testFailuresAreApart,
		"apply/nothing":              testApplyNothing,
		"apply/many":                 testMany,
		"apply/stopped":              testStopped,
		"apply/report fails":         testReportFails,
		"since/everything":           testSinceEverything,
		"since/by hand":              testSinceByHand,
		"since/damaged":              testSinceDamaged,
		"since/own changes":          testSinceOwn,
		"find/by name and mail":      testFind,
		"find/thousands":             testFindThousands,
		"abilities":                  testAbilities,
		"like the model":             testLikeTheModel,
	} {
		t.Run(name, func(t *testing.T) {
			target, hand, settle := open(t)
			can, err := target.Abilities(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			test(t, bench{t, target, hand, settle, can, many})
		})
	}
}

// bench is a directory on test.
type bench struct {
	t      *testing.T
	target directory.Target
	hand   Hand
	settle Settle
	can    directory.Abilities
	many   int // how many objects are many
}

// try hands changes over, and returns their final outcomes in the order of the
// changes. It fails the test where one has none, or two.
func (b bench) try(changes ...directory.Change) []directory.Outcome {
	b.t.Helper()
	b.settle()
	outcomes, err := try(b.t.Context(), b.target, changes...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.settle()
	if err := identify(b.t.Context(), b.target, outcomes); err != nil {
		b.t.Fatal(err)
	}
	return outcomes
}

// identify finds the IDs of new objects that outcomes do not tell.
func identify(ctx context.Context, target directory.Target, outcomes []directory.Outcome) error {
	for i, o := range outcomes {
		if o.Ref.ID != "" || o.State != directory.Done {
			continue
		}
		for found, err := range target.Find(ctx, o.Ref.Kind, []directory.Key{{Property: directory.Anchor, Value: o.Ref.Anchor}}) {
			if err != nil {
				return err
			}
			outcomes[i].Ref = found.Object.Ref
		}
	}
	return nil
}

func try(ctx context.Context, target directory.Target, changes ...directory.Change) ([]directory.Outcome, error) {
	for i := range changes {
		changes[i].Seq = int64(i + 1)
	}
	final := map[int64]directory.Outcome{}
	var twice error
	err := target.Apply(ctx, slices.Values(changes), func(outcomes ...directory.Outcome) error {
		for _, o := range outcomes {
			if _, had := final[o.Seq]; had {
				twice = fmt.Errorf("change %d has two final outcomes", o.Seq)
			}
			if o.State != directory.Part {
				final[o.Seq] = o
			}
		}
		return nil
	})
	if err = errors.Join(err, twice); err != nil {
		return nil, err
	}
	outcomes := make([]directory.Outcome, len(changes))
	for i := range changes {
		o, had := final[int64(i+1)]
		if !had {
			return nil, fmt.Errorf("change %d has no final outcome", i+1)
		}
		outcomes[i] = o
	}
	return outcomes, nil
}

// done does one change, which must succeed.
func (b bench) done(c directory.Change) directory.Outcome {
	b.t.Helper()
	out := b.try(c)[0]
	if out.State != directory.Done || out.Err != nil || len(out.Refused) > 0 {
		b.t.Fatalf("%s %+v: %+v", c.Verb, c.Ref, out)
	}
	return out
}

// fails does one change, which must fail with an error of a type.
func fails[E error](b bench, c directory.Change) {
	b.t.Helper()
	out := b.try(c)[0]
	var want E
	if out.State != directory.Failed || !errors.As(out.Err, &want) {
		b.t.Errorf("%s %+v: state %d, error %v; want it failed with a %T", c.Verb, c.Ref, out.State, out.Err, want)
	}
}

// byHand does what somebody else does.
func (b bench) byHand(c directory.Change) {
	b.t.Helper()
	if err := b.hand(b.t.Context(), c); err != nil {
		b.t.Fatalf("by hand: %v", err)
	}
	b.settle()
}

func (b bench) same(what string, want, got any) {
	b.t.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// account creates an account. Its name is that of the anchor.
func account(name string, values ...string) directory.Change {
	c := directory.Change{Verb: directory.Create, Wave: 1, Ref: directory.Ref{Kind: directory.Account, Anchor: directory.Account.Anchor(name)}}
	c.Set = set(append([]string{
		"anchor", c.Ref.Anchor, "userPrincipalName", name + "@school.example", "displayName", strings.ToUpper(name), "externalId", name,
	}, values...)...)
	return c
}

// group creates a group.
func group(name string, links ...directory.LinkChange) directory.Change {
	return directory.Change{
		Verb: directory.Create, Wave: 2, Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: directory.ClassGroup.Anchor(name)},
		Set: set("displayName", "Class "+name, "mailNickname", "Section_"+name), Links: links,
	}
}

// set returns values from names and texts.
func set(pairs ...string) directory.Values {
	var values directory.Values
	for pair := range slices.Chunk(pairs, 2) {
		values = values.With(directory.Property(pair[0]), pair[1])
	}
	return values
}

// update writes values to an object.
func update(ref directory.Ref, pairs ...string) directory.Change {
	return directory.Change{Verb: directory.Update, Ref: ref, Set: set(pairs...)}
}

// link adds a link, unlink removes one.
func link(relation directory.Relation, to directory.Ref) directory.LinkChange {
	return directory.LinkChange{Link: directory.Link{Relation: relation, To: directory.Ref{Kind: to.Kind, ID: to.ID}}}
}

func unlink(relation directory.Relation, to directory.Ref) directory.LinkChange {
	l := link(relation, to)
	l.Remove = true
	return l
}

// relink changes links of an object.
func relink(ref directory.Ref, links ...directory.LinkChange) directory.Change {
	return directory.Change{Verb: directory.Update, Ref: ref, Links: links}
}

// content is an object as the tests compare it: links by relation and anchor.
type content struct {
	Kind   directory.Kind
	Anchor string
	Values map[string]string
	Links  []string
}

// all returns everything that the directory holds, by ID, and the mark behind it.
func (b bench) all() (map[string]content, directory.Mark) {
	b.t.Helper()
	b.settle()
	contents, mark, err := everything(b.t.Context(), b.target)
	if err != nil {
		b.t.Fatal(err)
	}
	return contents, mark
}

func everything(ctx context.Context, target directory.Target) (map[string]content, directory.Mark, error) {
	seen := map[string]directory.Observed{}
	var mark directory.Mark
	for o, err := range target.Since(ctx, "", directory.Kinds()) {
		switch {
		case err != nil:
			return nil, "", err
		case mark != "":
			return nil, "", errors.New("something came after the mark")
		case o.Mark != "":
			mark = o.Mark
			continue
		}
		before := seen[o.Ref.ID]
		o.Values, o.Links = o.Values.Over(before.Values), append(before.Links, o.Links...)
		seen[o.Ref.ID] = o
	}
	contents := map[string]content{}
	for id, o := range seen {
		contents[id] = contentOf(o.Ref, o.Values, o.Links, func(id string) string { return cmp.Or(seen[id].Ref.Anchor, id) })
	}
	return contents, mark, nil
}

// contentOf leaves out what a directory says of every object by itself.
func contentOf(ref directory.Ref, values directory.Values, links []directory.LinkChange, name func(string) string) content {
	c := content{Kind: ref.Kind, Anchor: ref.Anchor, Values: map[string]string{}}
	for _, v := range values {
		if v.Text != "" && !v.Property.Truth() && v.Property != directory.Anchor {
			c.Values[string(v.Property)] = v.Text
		}
	}
	for _, l := range links {
		c.Links = append(c.Links, string(l.Relation)+" "+name(l.To.ID))
	}
	slices.Sort(c.Links)
	return c
}

// object returns an object that there is.
func (b bench) object(id string) content {
	b.t.Helper()
	contents, _ := b.all()
	c, there := contents[id]
	if !there {
		b.t.Fatalf("there is no object %s", id)
	}
	return c
}

func collect(ctx context.Context, seq iter.Seq2[directory.Found, error]) ([]directory.Found, error) {
	var all []directory.Found
	for f, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, ctx.Err()
}
