package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// Stage is one step of the way from what a school says to what a directory holds.
type Stage struct {
	Name    string `json:"stage"` // person, decision, role, account, class, group, enrollment, mapping, rollback, membership
	Passed  bool   `json:"passed"`
	Message string `json:"message"`
}

// Explanation says why somebody has an account, or is in a group, or why not: the
// stages as far as the way goes. The last one that did not pass is the reason.
type Explanation struct {
	Yes    bool    `json:"answer"` // as the directory was left
	Stages []Stage `json:"stages"`
}

func (e *Explanation) stage(name string, passed bool, format string, args ...any) bool {
	e.Stages = append(e.Stages, Stage{name, passed, fmt.Sprintf(format, args...)})
	return passed
}

// Explain follows a person to the account, and on into the group of a class where one
// is named, by the same rules by which plans are made. It goes on after a stage that did
// not pass as far as there is something to be said.
func (m Maker) Explain(ctx context.Context, rules Rules, person, class roster.ID) (Explanation, error) {
	var e Explanation
	sessions, _, err := sessionsOf(ctx, m.Roster, rules.Source.Number)
	if err != nil {
		return e, err
	}
	g := &Matching{rules: rules, people: &population{sessions: sessions}}
	who, err := m.oneMember(ctx, g, person)
	if err != nil {
		return e, err
	}
	e.person(who)
	e.decided(g, who)
	e.role(g, who)
	account := e.account(g, who, m.KeptBack)
	if class == 0 {
		e.Yes = account
		return e, nil
	}
	return e, m.explainClass(ctx, g, &e, who, class)
}

// oneMember reads a person as planning looks at them.
func (m Maker) oneMember(ctx context.Context, g *Matching, person roster.ID) (*member, error) {
	who := &member{}
	source, ids := g.rules.Source.Number, []roster.ID{person}
	for record, err := range m.Roster.RecordsOf(ctx, source, roster.KindPerson, ids) {
		if err != nil {
			return nil, err
		}
		record.Body = slices.Clone(record.Body)
		who.record = record
	}
	for object, err := range m.Held.ObjectsOf(ctx, m.Target, directory.Account, source, ids) {
		if err != nil {
			return nil, err
		}
		who.account, who.known = object, true
	}
	return who, g.decide(who)
}

func (e *Explanation) person(who *member) {
	p, err := who.person()
	name := strings.TrimSpace(p.GivenName + " " + p.FamilyName)
	switch {
	case err != nil:
		e.stage("person", false, "the record of %s cannot be read: %v", who.record.Key, err)
	case !who.record.Active:
		e.stage("person", false, "%s (%s) is gone from the roster since feed %d", name, who.record.Key, who.record.Feed)
	case p.Frozen != 0:
		e.stage("person", true, "%s (%s) is kept as before since feed %d: the row in users.csv cannot be read or is missing", name, who.record.Key, p.Frozen)
	default:
		e.stage("person", true, "%s (%s) is in the roster", name, who.record.Key)
	}
}

// decided says what a person had decided of somebody.
func (e *Explanation) decided(g *Matching, who *member) {
	if g.ignores(who) {
		e.stage("decision", false, "it was decided to leave %s as he or she is: nothing is added or taken away (rollbook decisions)", who.record.Key)
	}
	if name, linked := g.rules.linked[who.record.ID]; linked {
		e.stage("decision", true, "it was decided that the account is %s (rollbook decisions)", name)
	}
}

func (e *Explanation) role(g *Matching, who *member) {
	switch {
	case who.role.Group != "":
		var at []string
		for _, a := range who.current {
			at = append(at, a.Role+" at "+a.OrgSourcedID)
		}
		e.stage("role", true, "the roles today are %s; %s counts", strings.Join(at, ", "), who.role.Code)
	case len(who.current) > 0:
		e.stage("role", false, "the role %s gets no account", who.current[0].Role)
	case who.later:
		e.stage("role", false, "a role begins later than %s; nobody is taken out until then", g.rules.days.today)
	case who.rests:
		e.stage("role", false, "the role ended with its session, or cannot be read: nothing is taken away, and nothing is given")
	default:
		e.stage("role", false, "there is no role on %s", g.rules.days.today)
	}
}

func (e *Explanation) account(g *Matching, who *member, kept KeptBack) bool {
	name, _ := who.account.Written.Get(directory.UserPrincipalName)
	switch {
	case who.known && name != "":
		return e.stage("account", true, "there is the account %s", name)
	case who.known:
		return e.stage("account", true, "there is an account, with the ID %s", who.account.ID)
	case kept.Object(g.record(directory.Account, who.record.ID)):
		return e.stage("account", false, "there is no account: a rollback took it back, and none is made until it is resumed (rollbook resume %s)", who.record.Key)
	case who.role.Group == "":
		return e.stage("account", false, "there is no account, and none is made without a role")
	case g.rules.userFlow(who.current) == nil:
		return e.stage("account", false, "there is no account: no flow set with a user flow selects any of the organizations")
	}
	return e.stage("account", false, "there is no account yet: the findings of the last run say why, or the next one makes it")
}

// explainClass follows a person into the group of a class.
func (m Maker) explainClass(ctx context.Context, g *Matching, e *Explanation, who *member, id roster.ID) error {
	source, ids := g.rules.Source.Number, []roster.ID{id}
	c := classPlanner{Matching: g, maker: m}
	var room classroom
	for record, err := range m.Roster.RecordsOf(ctx, source, roster.KindClass, ids) {
		if err != nil {
			return err
		}
		record.Body = slices.Clone(record.Body)
		room.record = record
	}
	for object, err := range m.Held.ObjectsOf(ctx, m.Target, directory.ClassGroup, source, ids) {
		if err != nil {
			return err
		}
		room.group, room.known = object, true
	}
	contents := room.record.Split()
	var err error
	if room.class, err = roster.DecodeClass(room.record.Key, contents[roster.Itself]); err != nil {
		return err
	}
	if room.roll, err = roster.DecodeRoll(contents[roster.RollPart], nil); err != nil {
		return err
	}
	e.class(&c, &room)
	rules, _ := g.rules.classFlow(room.class.OrgSourcedID)
	e.stage("group", room.known, "%s", map[bool]string{true: "the class has a group", false: "the class has no group"}[room.known])
	e.enrollment(rules, room.roll, who.record.ID)
	e.undone(m.KeptBack.Of(g.record(directory.ClassGroup, id)), who.record)
	e.membership(room.group, who.record.ID)
	return nil
}

func (e *Explanation) class(c *classPlanner, room *classroom) {
	title := fmt.Sprintf("%s (%s)", room.class.Title, room.record.Key)
	rules, _ := c.rules.classFlow(room.class.OrgSourcedID)
	switch {
	case c.rules.ignored[directory.ClassGroup].Has(room.record.ID):
		e.stage("class", false, "it was decided to leave %s as it is (rollbook decisions)", title)
	case !room.record.Active:
		e.stage("class", false, "%s is gone from the roster since feed %d; its group is kept as it is", title, room.record.Feed)
	case rules == nil:
		e.stage("class", false, "no flow set with a class group flow selects %s, the organization of %s", room.class.OrgSourcedID, title)
	case room.class.Frozen != 0:
		e.stage("class", false, "%s is kept as it was since feed %d: its row in classes.csv cannot be read or is missing", title, room.class.Frozen)
	case c.rules.classIsCurrent(room.class, c.people.sessions):
		e.stage("class", true, "%s takes place today", title)
	case c.whyNot(room.class) == ClassesLater:
		e.stage("class", false, "%s begins later", title)
	case c.whyNot(room.class) == ClassesUnsure:
		e.stage("class", false, "the sessions of %s cannot be found", title)
	default:
		e.stage("class", false, "the sessions of %s are over; its group is kept as it is", title)
	}
}

func (e *Explanation) enrollment(rules *classRules, roll roster.Roll, person roster.ID) {
	said := false
	for _, r := range roll {
		if r.Person != person {
			continue
		}
		said = true
		switch {
		case r.Ended != 0:
			e.stage("enrollment", false, "the enrollment as %s ended with feed %d", r.Role, r.Ended)
		case r.Frozen != 0:
			e.stage("enrollment", false, "whether the enrollment as %s goes on is not known since feed %d: a row that may be it cannot be read", r.Role, r.Frozen)
		default:
			e.stage("enrollment", true, "there is an enrollment as %s, since feed %d", r.Role, r.Since)
		}
		if rules == nil || r.Ended != 0 {
			continue
		}
		var as []string
		if rules.owner[r.Role] {
			as = append(as, "owner")
		}
		if rules.member[r.Role] {
			as = append(as, "member")
		}
		if len(as) == 0 {
			e.stage("mapping", false, "the role %s is mapped to neither owners nor members", r.Role)
		} else {
			e.stage("mapping", true, "the role %s makes %s", r.Role, strings.Join(as, " and "))
		}
	}
	if !said {
		e.stage("enrollment", false, "there never was an enrollment in this class")
	}
}

// undone says what of the membership a rollback took back.
func (e *Explanation) undone(kept ledger.Undone, person roster.Record) {
	for _, l := range kept.Links {
		if !l.IDs.Has(person.ID) {
			continue
		}
		what := "added as " + string(l.Relation)
		if l.Remove {
			what = "taken out as " + string(l.Relation)
		}
		e.stage("rollback", false, "a rollback took back that the person was %s; that is not done again until it is resumed (rollbook resume %s), or the roster asks for something else", what, person.Key)
	}
}

func (e *Explanation) membership(group ledger.Object, person roster.ID) {
	for _, l := range group.Links {
		switch {
		case l.IDs.Has(person):
			e.Yes = e.stage("membership", true, "the group has the person as %s; Rollbook put him or her there", l.Relation)
		case l.Found.Has(person):
			e.Yes = e.stage("membership", true, "the group has the person as %s; somebody else put him or her there, and Rollbook does not take that away", l.Relation)
		}
	}
	if !e.Yes {
		e.stage("membership", false, "the group does not have the person")
	}
}
