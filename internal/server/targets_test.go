package server_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/run"
	"rollbook/internal/server"
	"rollbook/internal/target/ldapserver"
	"rollbook/internal/target/openldap"
	"rollbook/internal/target/openldap/ldaptest"
)

// school is an installation that writes to a branch of an OpenLDAP server.
type school struct {
	t      *testing.T
	parts  *server.Parts
	folder string
	branch ldaptest.Branch
}

func newSchool(t *testing.T, cfg server.Config) school {
	s := newDistrict(t, cfg)
	s.branch = ldaptest.Open(t)
	s.add("ldap", s.branch.URL)
	return s
}

// newDistrict is an installation that writes to no directory but its own.
func newDistrict(t *testing.T, cfg server.Config) school {
	s := school{t: t, parts: mustOpen(t, cfg), folder: t.TempDir()}
	if err := s.parts.Configure(t.Context(), "harbor.example"); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(s.folder, os.DirFS("../../examples/district")); err != nil {
		t.Fatal(err)
	}
	return s
}

// add adds the branch at an address as a target.
func (s school) add(name, url string) {
	s.t.Helper()
	settings, err := json.Marshal(openldap.Settings{Settings: ldapserver.Settings{
		URL: url, BindDN: ldaptest.Admin, People: ldapserver.Branch{Base: s.branch.People}, Groups: ldapserver.Branch{Base: s.branch.Groups},
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.parts.AddTarget(s.t.Context(), flow.Target{Name: name, Kind: server.KindOpenLDAP, Settings: string(settings)}, ldaptest.Password); err != nil {
		s.t.Fatal(err)
	}
}

func (s school) sync() run.Result {
	s.t.Helper()
	result, err := s.parts.Run(s.t.Context(), run.Options{Path: s.folder})
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

// ldap runs a night, and returns what it did to the first target.
func (s school) ldap() run.Result {
	s.t.Helper()
	result := s.sync()
	if len(result.Targets) == 0 || result.Targets[0].Err != nil {
		s.t.Fatalf("the targets: %+v", result.Targets)
	}
	return result.Targets[0].Result
}

func (s school) approve(plan int64) {
	s.t.Helper()
	if result, err := s.parts.Decide(s.t.Context(), run.Decision{Plan: plan, By: "tess"}, nil); err != nil || result.Applied.Failed > 0 {
		s.t.Fatalf("approve plan %d: %+v, %v", plan, result.Findings, err)
	}
}

func (s school) edit(file, old, text string) {
	s.t.Helper()
	path := filepath.Join(s.folder, file)
	body := string(mustRead(s.t, path))
	if !strings.Contains(body, old) {
		s.t.Fatalf("%s does not hold %q", file, old)
	}
	mustWrite(s.t, path, []byte(strings.Replace(body, old, text, 1)))
}

// members returns the user names in a group, "" for one that is not there.
func (s school) members(group string) string {
	s.t.Helper()
	found, err := s.branch.Dial(s.t).Search(ldap.NewSearchRequest(s.branch.Groups, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false,
		"(cn="+group+")", []string{"member"}, nil))
	if err != nil {
		s.t.Fatal(err)
	}
	var names []string
	for _, e := range found.Entries {
		for _, dn := range e.GetAttributeValues("member") {
			name, _, _ := strings.Cut(strings.TrimPrefix(dn, "uid="), "@")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// directoryOfOnesOwn is what a test sees and does in one.
type directoryOfOnesOwn struct {
	members func() string // of the group of k-201
	takeOut func()        // cchen27, of that group
}

// firstNights fills a directory, and goes through the nights that follow: the first plan
// waits, what a hand did is put right, and a night is taken back.
func (s school) firstNights(own directoryOfOnesOwn) {
	s.t.Helper()
	first := s.ldap()
	if first.Held == nil || !strings.Contains(first.Held.Why[0].Message, "first plan") || own.members() != "" {
		s.t.Fatalf("the first plan: %+v; there is %q", first.Held, own.members())
	}
	s.approve(first.Held.Plan)
	all := "aarcon27 bbell27 cchen27 ddiallo27 eevans27 ffaure27 peter.quinn"
	if got := own.members(); got != all {
		s.t.Errorf("k-201 has %q, want %q", got, all)
	}
	if again := s.ldap(); again.Plan.Effects() > 0 || again.Held != nil {
		s.t.Errorf("the same feed again plans %+v", again.Plan)
	}
	s.edit("enrollments.csv", "k-201,p-2001,student\n", "")
	s.edit("users.csv", "bbell27", "bbell28")
	night := s.ldap()
	if diff := cmp.Diff(ledger.Counts{Accounts: ledger.ObjectCounts{Update: 1}, Memberships: ledger.LinkCounts{Remove: 1}}, night.Plan.Counts); diff != "" {
		s.t.Errorf("the night (-want +got):\n%s", diff)
	}
	if got := own.members(); got != "bbell28 cchen27 ddiallo27 eevans27 ffaure27 peter.quinn" {
		s.t.Errorf("k-201 has %q after the night", got)
	}
	own.takeOut()
	if fixed := s.ldap(); fixed.Plan.Memberships.Add != 1 || !strings.Contains(own.members(), "cchen27") {
		s.t.Errorf("what a hand took out is not put right: %+v", fixed.Plan)
	}
	back, err := s.parts.Rollback(s.t.Context(), ledger.Undoing{Run: night.Run.ID}, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.approve(back.Plan.ID)
	if got := own.members(); got != all {
		s.t.Errorf("k-201 has %q once the night was rolled back, want %q", got, all)
	}
	if again := s.ldap(); again.Plan.Effects() > 0 {
		s.t.Errorf("the night after plans %+v", again.Plan)
	}
}

// A district gets its accounts and groups into a directory of its own: the first plan
// waits, nights follow, what a hand did is put right, and a night is taken back.
func TestADirectoryOfOnesOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		s := newSchool(t, cfg)
		s.firstNights(directoryOfOnesOwn{
			members: func() string { return s.members("Section_k-201") },
			takeOut: func() {
				byHand := ldap.NewModifyRequest("cn=Section_k-201,"+s.branch.Groups, nil)
				byHand.Delete("member", []string{"uid=cchen27@harbor.example," + s.branch.People})
				if err := s.branch.Dial(t).Modify(byHand); err != nil {
					t.Fatal(err)
				}
			},
		})
		undone, err := s.parts.Undone(t.Context())
		if err != nil || len(undone) != 1 || len(undone[2]) == 0 {
			t.Errorf("undone: %+v, %v", undone, err)
		}
		class, err := s.parts.FindRecord(t.Context(), "k-201")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.parts.Resume(t.Context(), class, ""); n != 1 || err != nil {
			t.Errorf("resumed %d, %v", n, err)
		}
		if resumed := s.ldap(); resumed.Plan.Memberships.Remove != 1 || strings.Contains(s.members("Section_k-201"), "aarcon27") {
			t.Errorf("once it is resumed: %+v", resumed.Plan)
		}
	})
}

// What somebody deleted in a directory of one's own is told, and made anew when a person
// says so.
func TestRecreateInADirectoryOfOnesOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		s := newSchool(t, cfg)
		s.approve(s.ldap().Held.Plan)
		if err := s.branch.Dial(t).Del(ldap.NewDelRequest("cn=Section_k-202,"+s.branch.Groups, nil)); err != nil {
			t.Fatal(err)
		}
		told := s.ldap()
		if told.Plan.Effects() > 0 || len(told.Findings) != 1 || told.Findings[0].Record != "k-202" {
			t.Errorf("a group that is gone: %+v, %+v", told.Plan, told.Findings)
		}
		if _, err := s.parts.Recreate(t.Context(), "k-201"); err == nil {
			t.Error("what is there is to be made anew")
		}
		if _, err := s.parts.Recreate(t.Context(), "k-202"); err != nil {
			t.Fatal(err)
		}
		if made := s.ldap(); made.Plan.Groups.Create != 1 || s.members("Section_k-202") == "" {
			t.Errorf("made anew: %+v", made.Plan)
		}
	})
}

// A run that is asked for through the API is done for every directory, and is watched.
func TestARunOfTheServerIsForEveryDirectory(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		log := &logged{}
		s := newSchool(t, cfg)
		s.approve(s.ldap().Held.Plan)
		byHand := ldap.NewModifyRequest("cn=Section_k-201,"+s.branch.Groups, nil)
		byHand.Delete("member", []string{"uid=cchen27@harbor.example," + s.branch.People})
		if err := s.branch.Dial(t).Modify(byHand); err != nil {
			t.Fatal(err)
		}
		cfg.Log = slog.New(slog.NewTextHandler(log, nil))
		srv := mustStart(t, cfg)
		c := caller{client: clientFor(t, srv), base: srv.Addresses().URL, token: mustTokenFor(t, s.parts, "starter", "IndustryData-Run.Start")}
		if status, _, answer := c.mustCall(t, "POST", industryData+"/runs/start", nil); status != 202 {
			t.Fatalf("start: %d %v", status, answer)
		}
		requested := log.await(t, `msg="run requested"`)
		_, id, _ := strings.Cut(strings.TrimSpace(requested), "run=")
		log.await(t, `msg="run ended" run=`+id+" status=completed ")
		for ended := ""; ended == ""; { // that of the other directory has another ID
			begun := log.await(t, `msg="run begun"`)
			for line := range strings.Lines(log.String()) {
				if strings.Contains(line, `msg="run ended"`) && !strings.Contains(line, id) {
					ended = line
				}
			}
			if ended == "" && t.Context().Err() != nil {
				t.Fatalf("the other directory had no run; begun is %s", begun)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if got := s.members("Section_k-201"); !strings.Contains(got, "cchen27") {
			t.Errorf("k-201 has %q after the run", got)
		}
	})
}

// The directories that are written to are listed, without what they are reached with.
func TestTargetsThroughTheAPI(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		s := newSchool(t, cfg)
		held := s.ldap()
		srv := mustStart(t, cfg)
		c := caller{client: clientFor(t, srv), base: srv.Addresses().URL, token: mustTokenFor(t, s.parts, "reader", "Rollbook-Plan.Read.All")}
		status, _, page := c.mustCall(t, "GET", "/rollbook/v1/targets", nil)
		all, _ := page["value"].([]any)
		if status != 200 || len(all) != 2 || all[0].(map[string]any)["displayName"] != "hosted" || all[1].(map[string]any)["kind"] != "openldap" {
			t.Fatalf("targets: %d %v", status, page)
		}
		if text := fmt.Sprint(page); strings.Contains(text, ldaptest.Admin) || strings.Contains(text, ldaptest.Password) {
			t.Errorf("the list tells how they are reached: %s", text)
		}
		_, _, plan := c.mustCall(t, "GET", fmt.Sprint("/rollbook/v1/plans/", held.Held.Plan), nil)
		if plan["targetId"] != all[1].(map[string]any)["id"] {
			t.Errorf("the plan is for %v, want %v", plan["targetId"], all[1])
		}
		if status, _, _ := c.mustCall(t, "GET", "/rollbook/v1/targets/77", nil); status != 404 {
			t.Errorf("one that is not there: %d", status)
		}
	})
}

// A directory that cannot be reached holds up none of the others.
func TestADirectoryThatIsDown(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		s := newSchool(t, cfg)
		s.add("down", "ldap://127.0.0.1:1")
		result := s.sync()
		if result.Applied.Users != 37 || len(result.Targets) != 2 || result.Targets[0].Err != nil {
			t.Errorf("the others: %+v, %+v", result.Applied, result.Targets)
		}
		if down := result.Targets[1]; down.Name != "down" || down.Err == nil {
			t.Errorf("the one that is down: %+v", down)
		}
		if err := s.parts.RemoveTarget(t.Context(), "down"); err != nil {
			t.Fatal(err)
		}
		s.add("down", s.branch.URL) // the name is free, the number is not
		targets, err := s.parts.Targets(t.Context())
		if err != nil || len(targets) != 2 || targets[1].Number != 4 {
			t.Errorf("targets %+v, %v", targets, err)
		}
	})
}

// New accounts have the password that the school chose, or that the flow has for their role
// group; who was there before keeps theirs, and no password is kept in the clear.
func TestInitialPasswords(t *testing.T) {
	onBoth(t, func(t *testing.T, cfg server.Config) {
		s := newSchool(t, cfg)
		chosen, usual, theirs := "Chosen by the school 1", "Usual for students 2", "Theirs since ever 3"
		path := filepath.Join(s.folder, "users.csv")
		lines := strings.Split(strings.TrimSpace(string(mustRead(t, path))), "\n")
		for i := range lines {
			switch {
			case i == 0:
				lines[i] += ",password"
			case strings.HasPrefix(lines[i], "p-2001,"):
				lines[i] += "," + chosen
			default:
				lines[i] += ","
			}
		}
		mustWrite(t, path, []byte(strings.Join(lines, "\n")+"\n"))
		sealed, err := s.parts.Secrets.Seal(usual)
		if err != nil {
			t.Fatal(err)
		}
		config, err := s.parts.Flow.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range config.ProvisioningFlows {
			if f.User == nil {
				continue
			}
			_, err := s.parts.Flow.UpdateProvisioningFlow(t.Context(), f.FlowSet, f.ID, func(f flow.ProvisioningFlow) (flow.ProvisioningFlow, error) {
				f.User.CreationOptions = &flow.UserCreationOptions{Configurations: []flow.UserConfiguration{
					{RoleGroup: "students", DefaultPasswordSettings: &flow.PasswordSettings{Password: sealed}},
				}}
				return f, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		there := ldap.NewAddRequest("uid=cchen27@harbor.example,"+s.branch.People, nil)
		for name, value := range map[string]string{"cn": "c", "sn": "Chen", "userPassword": theirs} {
			there.Attribute(name, []string{value})
		}
		there.Attribute("objectClass", []string{"inetOrgPerson"})
		if err := s.branch.Dial(t).Add(there); err != nil {
			t.Fatal(err)
		}
		s.approve(s.ldap().Held.Plan)
		for name, password := range map[string]string{"aarcon27": chosen, "bbell27": usual, "cchen27": theirs} {
			c, err := ldap.DialURL(s.branch.URL)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Bind("uid="+name+"@harbor.example,"+s.branch.People, password); err != nil {
				t.Errorf("%s cannot log in: %v", name, err)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		if cfg.Database != "" {
			return
		}
		files, err := filepath.Glob(filepath.Join(cfg.Data, "rollbook.db*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%v, %v", files, err)
		}
		for _, file := range files {
			for _, password := range []string{chosen, usual, ldaptest.Password} {
				if strings.Contains(string(mustRead(t, file)), password) {
					t.Errorf("%s holds %q", filepath.Base(file), password)
				}
			}
		}
	})
}
