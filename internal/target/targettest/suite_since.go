package targettest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollbook/internal/directory"
)

// since returns what changed since a mark: the objects by anchor, those that are
// gone by ID.
func (b bench) since(m directory.Mark, kinds ...directory.Kind) (changed map[string]content, gone []string, next directory.Mark, err error) {
	b.t.Helper()
	if kinds == nil {
		kinds = directory.Kinds()
	}
	if m != "" && b.can.Marks == directory.NoMarks {
		b.t.Skip("it reads everything each time")
	}
	contents, _ := b.all()
	changed = map[string]content{}
	for o, err := range b.target.Since(b.t.Context(), m, kinds) {
		switch {
		case err != nil:
			return nil, nil, "", err
		case o.Mark != "":
			next = o.Mark
		case o.Gone != directory.There:
			gone = append(gone, o.Ref.ID)
		default:
			if !o.Whole {
				b.t.Skip("it tells differences, or pieces") // tested by who reads them
			}
			changed[o.Ref.Anchor] = contentOf(o.Ref, o.Values, o.Links, func(id string) string { return contents[id].Anchor })
		}
	}
	slices.Sort(gone)
	return changed, gone, next, nil
}

func testSinceEverything(t *testing.T, b bench) {
	contents, mark := b.all()
	if len(contents) != 0 || mark == "" {
		t.Errorf("of nothing: %v, mark %q", contents, mark)
	}
	ana := b.done(account("ana")).Ref
	k1 := b.done(group("k1", link(directory.Owner, ana))).Ref
	changed, gone, next, err := b.since("", directory.ClassGroup)
	if err != nil || next == "" || len(gone) > 0 {
		t.Fatalf("gone %v, next %q, %v", gone, next, err)
	}
	b.same("groups alone", map[string]content{"Section_k1": b.object(k1.ID)}, changed)
}

func testSinceByHand(t *testing.T, b bench) {
	ana, ben := b.done(account("ana")).Ref, b.done(account("ben")).Ref
	k1, k2 := b.done(group("k1", link(directory.Member, ana))).Ref, b.done(group("k2", link(directory.Member, ben))).Ref
	_, mark := b.all()
	for _, test := range []struct {
		what    string
		hand    directory.Change
		changed []string
		gone    []string
	}{
		{"values", update(ana, "displayName", "By hand"), []string{"user_ana"}, nil},
		{"a link", relink(k1, link(directory.Owner, ben)), []string{"Section_k1"}, nil},
		{"a link less", relink(k1, unlink(directory.Member, ana)), []string{"Section_k1"}, nil},
		{"a group", directory.Change{Verb: directory.Delete, Ref: k2}, nil, []string{k2.ID}},
		{"an account", directory.Change{Verb: directory.Delete, Ref: ben}, nil, []string{ben.ID}},
	} {
		b.byHand(test.hand)
		changed, gone, next, err := b.since(mark)
		if err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		contents, _ := b.all()
		for _, anchor := range test.changed {
			got, told := changed[anchor]
			for _, want := range contents {
				if want.Anchor == anchor {
					b.same(test.what+": "+anchor, want, got)
				}
			}
			if !told {
				t.Errorf("%s: told of %v, want %s", test.what, changed, anchor)
			}
		}
		b.same(test.what+": gone", test.gone, gone)
		mark = next
	}
	changed, gone, _, err := b.since(mark)
	if err != nil || len(changed)+len(gone) > 0 {
		t.Errorf("after all of it: %v, %v, %v; want nothing", changed, gone, err)
	}
}

func testSinceDamaged(t *testing.T, b bench) {
	b.done(account("ana"))
	for _, m := range []directory.Mark{"nonsense", "999999999999"} {
		var expired directory.Expired
		if _, _, _, err := b.since(m); !errors.As(err, &expired) {
			t.Errorf("mark %q: %v, want that it expired", m, err)
		}
	}
}

// What Rollbook does itself is no news, or is what it did.
func testSinceOwn(t *testing.T, b bench) {
	_, mark := b.all()
	ana := b.done(account("ana")).Ref
	changed, gone, next, err := b.since(mark)
	if err != nil || len(gone) > 0 {
		t.Fatal(gone, err)
	}
	if got, told := changed["user_ana"]; told {
		b.same("what it did", b.object(ana.ID), got)
	}
	b.byHand(update(ana, "displayName", "By hand"))
	b.done(update(ana, "displayName", "Ours"))
	changed, _, _, err = b.since(next)
	if err != nil || changed["user_ana"].Values["displayName"] != "Ours" {
		t.Errorf("told of %v, %v; want how it is now", changed, err)
	}
}

func testFind(t *testing.T, b bench) {
	b.done(account("ana", "mail", "Same@mail.example"))
	b.done(account("ben", "mail", "same@mail.example"))
	b.done(account("cleo"))
	key := func(p directory.Property, v string) directory.Key { return directory.Key{Property: p, Value: v} }
	for name, test := range map[string]struct {
		keys []directory.Key
		want []string // the key's value and the anchor
	}{
		"nothing":       {nil, nil},
		"another case":  {[]directory.Key{key(directory.UserPrincipalName, "ANA@SCHOOL.example")}, []string{"ANA@SCHOOL.example user_ana"}},
		"not there":     {[]directory.Key{key(directory.UserPrincipalName, "zoe@school.example")}, nil},
		"no part of it": {[]directory.Key{key(directory.UserPrincipalName, "an"), key(directory.UserPrincipalName, "%")}, nil},
		"no value":      {[]directory.Key{key(directory.Mail, "")}, nil},
		"several":       {[]directory.Key{key(directory.Mail, "same@mail.example")}, []string{"same@mail.example user_ana", "same@mail.example user_ben"}},
		"both properties": {[]directory.Key{key(directory.Mail, "SAME@mail.example"), key(directory.UserPrincipalName, "cleo@school.example")},
			[]string{"SAME@mail.example user_ana", "SAME@mail.example user_ben", "cleo@school.example user_cleo"}},
	} {
		found, err := collect(t.Context(), b.target.Find(t.Context(), directory.Account, test.keys))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.Key.Value+" "+f.Object.Ref.Anchor)
		}
		slices.Sort(got)
		b.same(name, test.want, got)
	}
}

func testFindThousands(t *testing.T, b bench) {
	var changes []directory.Change
	var keys []directory.Key
	for i := range b.many {
		name := fmt.Sprint("p", i)
		if i%2 == 0 {
			changes = append(changes, account(name))
		}
		keys = append(keys, directory.Key{Property: directory.UserPrincipalName, Value: strings.ToUpper(name) + "@school.example"})
	}
	b.try(changes...)
	found, err := collect(t.Context(), b.target.Find(t.Context(), directory.Account, keys))
	if err != nil || len(found) != len(changes) {
		t.Errorf("%d were found, %v; want %d", len(found), err, len(changes))
	}
}

func testAbilities(t *testing.T, b bench) {
	can, err := b.target.Abilities(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range directory.Kinds() {
		k, ok := can.Kinds[kind]
		if !ok {
			continue // it cannot hold any
		}
		if !k.Verbs[directory.Create] || !k.Verbs[directory.Update] {
			t.Errorf("%s: %v, want that it can be created and updated", kind, k.Verbs)
		}
		for _, relation := range kind.Relations() {
			if _, ok := k.Relations[relation]; !ok {
				t.Errorf("%s: nothing is said of the relation %s", kind, relation)
			}
		}
	}
	problems, err := b.target.Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Proof == directory.Missing {
			t.Errorf("something is missing: %+v", p)
		}
	}
}
