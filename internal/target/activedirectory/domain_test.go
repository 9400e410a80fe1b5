package activedirectory_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-ldap/ldap/v3"
	"pgregory.net/rapid"

	"rollbook/internal/directory"
	"rollbook/internal/target/activedirectory"
	"rollbook/internal/target/activedirectory/adtest"
)

// apply does changes, and returns their outcomes by Seq.
func apply(t *testing.T, target directory.Target, changes ...directory.Change) map[int64]directory.Outcome {
	t.Helper()
	outcomes := map[int64]directory.Outcome{}
	err := target.Apply(t.Context(), func(yield func(directory.Change) bool) {
		for i, c := range changes {
			if c.Seq = int64(i + 1); !yield(c) {
				return
			}
		}
	}, func(some ...directory.Outcome) error {
		for _, o := range some {
			outcomes[o.Seq] = o
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// account creates an account with an initial password, "" for none.
func account(name, password string) directory.Change {
	c := directory.Change{
		Verb: directory.Create, Ref: directory.Ref{Kind: directory.Account, Anchor: directory.Account.Anchor(name)},
		Set: directory.Values{{Property: directory.UserPrincipalName, Text: name + "@school.example"}},
	}
	if password != "" {
		c.Secret = func(context.Context) (string, error) { return password, nil }
	}
	return c
}

// mayLogIn reports whether somebody is let in.
func mayLogIn(t *testing.T, b adtest.Branch, name, password string) bool {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(b.CA))
	c, err := ldap.DialURL(b.URL, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	return c.Bind(name, password) == nil
}

func attribute(t *testing.T, b adtest.Branch, dn, name string) string {
	t.Helper()
	found, err := b.Dial(t).Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{name}, nil))
	if err != nil || len(found.Entries) != 1 {
		t.Fatalf("%s: %v", dn, err)
	}
	return found.Entries[0].GetAttributeValue(name)
}

// Who gets an initial password logs in with it, who gets none cannot log in at all, and who
// is disabled cannot log in any more.
func TestPasswords(t *testing.T) {
	b := adtest.Open(t)
	target := open(t, settings(b), adtest.Password)
	short := account("cleo", "x")
	out := apply(t, target, account("ana", "An initial passw0rd"), account("ben", ""), short)
	if !out[1].Made || !out[2].Made || out[3].Made || out[3].Err == nil {
		t.Fatalf("%+v", out)
	}
	if strings.Contains(out[3].Err.Error(), "An initial") {
		t.Errorf("%v shows a password", out[3].Err)
	}
	if !mayLogIn(t, b, "ana@school.example", "An initial passw0rd") {
		t.Error("ana cannot log in")
	}
	for _, password := range []string{"An initial passw0rd", "aA1-"} {
		if mayLogIn(t, b, "ben@school.example", password) {
			t.Error("ben can log in, who was given no password")
		}
	}
	if got := attribute(t, b, out[2].Ref.At, "userAccountControl"); got != "512" {
		t.Errorf("the account of ben has userAccountControl %s, want one that is enabled and needs a password", got)
	}
	for found, err := range target.Find(t.Context(), directory.Account, []directory.Key{{Property: directory.UserPrincipalName, Value: "ana@school.example"}}) {
		if err != nil {
			t.Fatal(err)
		}
		disable := directory.Change{Verb: directory.Update, Ref: found.Object.Ref, Set: directory.Values{{Property: directory.AccountEnabled, Text: directory.False}}}
		if out := apply(t, target, disable)[1]; out.Err != nil {
			t.Fatal(out.Err)
		}
	}
	if mayLogIn(t, b, "ana@school.example", "An initial passw0rd") {
		t.Error("ana can log in, whose account is disabled")
	}
}

func TestPasswordsThatAreToBeChanged(t *testing.T) {
	b := adtest.Open(t)
	s := settings(b)
	s.ChangePassword = true
	out := apply(t, open(t, s, adtest.Password), account("ana", "An initial passw0rd"), account("ben", ""))
	if got := attribute(t, b, out[1].Ref.At, "pwdLastSet"); got != "0" {
		t.Errorf("pwdLastSet %s, want that ana has to choose another password", got)
	}
}

// Without randomness nobody gets an account that anybody could guess the password of.
func TestNoRandomness(t *testing.T) {
	b := adtest.Open(t)
	target, err := activedirectory.Open(settings(b), adtest.Password, iotest.ErrReader(context.DeadlineExceeded))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.Close() })
	if out := apply(t, target, account("ana", ""))[1]; out.Made || out.Err == nil {
		t.Errorf("%+v", out)
	}
}

// managedBy holds one: the one beside is refused, and it goes over from one to another in one
// change.
func TestOneOwner(t *testing.T) {
	b := adtest.Open(t)
	s := settings(b)
	s.Owners = ""
	target := open(t, s, adtest.Password)
	can, err := target.Abilities(t.Context())
	if err != nil || can.Kinds[directory.ClassGroup].Relations[directory.Owner].Max != 1 {
		t.Errorf("%+v, %v: want one owner", can.Kinds[directory.ClassGroup].Relations, err)
	}
	apply(t, target, account("ana", ""), account("ben", ""))
	ids := map[string]string{}
	for o, err := range target.Since(t.Context(), "", []directory.Kind{directory.Account}) {
		if err != nil {
			t.Fatal(err)
		}
		ids[o.Ref.Anchor] = o.Ref.ID
	}
	link := func(name string, remove bool) directory.LinkChange {
		return directory.LinkChange{Link: directory.Link{Relation: directory.Owner, To: directory.Ref{Kind: directory.Account, ID: ids[directory.Account.Anchor(name)]}}, Remove: remove}
	}
	group := directory.Change{
		Verb: directory.Create, Ref: directory.Ref{Kind: directory.ClassGroup, Anchor: "Section_k1"},
		Set: directory.Values{{Property: directory.MailNickname, Text: "Section_k1"}}, Links: []directory.LinkChange{link("ana", false), link("ben", false)},
	}
	out := apply(t, target, group)[1]
	if !out.Made || len(out.Links) != 1 || len(out.Refused) != 1 {
		t.Fatalf("%+v: want ana linked and ben refused", out)
	}
	group.Links = []directory.LinkChange{link("ben", false), link("ana", true)}
	if out := apply(t, target, group)[1]; out.Err != nil || len(out.Links) != 2 {
		t.Errorf("%+v: want it handed over", out)
	}
	if got := attribute(t, b, out.Ref.At, "managedBy"); !strings.HasPrefix(got, "CN=ben,") {
		t.Errorf("managedBy %s", got)
	}
}

// Who may write nothing is told so, without anything being written.
func TestRightsThatAreMissing(t *testing.T) {
	b := adtest.Open(t)
	target := open(t, settings(b), adtest.Password)
	out := apply(t, target, account("pupil", "An initial passw0rd"))
	if !out[1].Made {
		t.Fatalf("%+v", out)
	}
	s := settings(b)
	s.BindDN = "pupil@school.example"
	problems, err := open(t, s, "An initial passw0rd").Probe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, p := range problems {
		if p.Proof == directory.Missing {
			missing = append(missing, p.Text)
		}
	}
	for _, want := range []string{"of the class user below " + b.People, "of the class group below " + b.Groups, "the attribute displayName"} {
		if !strings.Contains(strings.Join(missing, "\n"), want) {
			t.Errorf("nothing is said of what is %s:\n%s", want, strings.Join(missing, "\n"))
		}
	}
	if out := apply(t, open(t, s, "An initial passw0rd"), account("other", ""))[1]; directory.Code(out.Err) != directory.CodeDenied {
		t.Errorf("a pupil makes an account: %+v", out)
	}
	s.People.Base = "OU=Nowhere," + adtest.Suffix
	problems, err = open(t, s, "An initial passw0rd").Probe(t.Context())
	if err != nil || len(problems) == 0 || problems[0].Needs != s.People.Base {
		t.Errorf("%+v, %v: want that the unit is not there", problems, err)
	}
	if _, err := open(t, s, "wrong").Probe(t.Context()); err == nil || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := settings(adtest.Branch{URL: "ldaps://dc1.school.example", People: "OU=People,DC=school,DC=example", Groups: "OU=Groups,DC=school,DC=example"}).WithDefaults()
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*activedirectory.Settings){
		"nobody who logs in":                  func(s *activedirectory.Settings) { s.BindDN = "" },
		"a password in the clear":             func(s *activedirectory.Settings) { s.URL = "ldap://dc1.school.example" },
		"a password in the clear to one here": func(s *activedirectory.Settings) { s.URL = "ldap://127.0.0.1" },
		"no base":                             func(s *activedirectory.Settings) { s.People.Base = "" },
		"no links a call":                     func(s *activedirectory.Settings) { s.MostLinks = -1 },
	} {
		s := good
		if spoil(&s); s.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestAccountName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ana.lopez@school.example":             "ana.lopez",
		"ana.lopez":                            "ana.lopez",
		"wilhelmina.van.der.meer@school.local": "wilhelmina.va-f4srgp",
		"o'neil@school.example":                "o'neil",
		"a+b@school.example":                   "ab-p23izl",
	} {
		if got := activedirectory.AccountName(name); got != want {
			t.Errorf("%s is called %s, want %s", name, got, want)
		}
	}
}

// An account name is one that Active Directory takes, whatever it is made of, and two names
// that differ in what it cannot keep do not get the same.
func TestAccountNamesCanBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		got := activedirectory.AccountName(name)
		if n := len([]rune(got)); n == 0 || n > 20 || strings.ContainsAny(got, `"/\[]:;|=,+*?<>@`) || strings.HasSuffix(got, ".") {
			t.Fatalf("%q is called %q", name, got)
		}
		local, _, _ := strings.Cut(name, "@")
		if other := activedirectory.AccountName(local + "=@x"); got == other {
			t.Fatalf("%q and %q are both called %q", name, local+"=@x", got)
		}
	})
}
