package plan

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

// classroom is a class as planning looks at it, one at a time.
type classroom struct {
	record roster.Record
	class  roster.Class
	roll   roster.Roll
	group  ledger.Object
	known  bool // group is set

	nickname string // that a new group is to have; "" for one of its own
}

// planClasses plans the groups of classes.
func (m Maker) planClasses(ctx context.Context, g *Matching, to Changes, findings Findings) error {
	source := g.rules.Source.Number
	c := classPlanner{Matching: g, maker: m, to: to, findings: findings}
	c.names.groups = func(yield func(ledger.Object, error) bool) {
		m.objects(ctx, directory.ClassGroup, source, selection{}).all(yield)
	}
	var err error
	if c.rules.usesCourses() {
		if c.courses, err = coursesOf(ctx, m.Roster, source); err != nil {
			return err
		}
	}
	look, err := c.choose()
	if err != nil {
		return err
	}
	groups := m.objects(ctx, directory.ClassGroup, source, look)
	defer groups.stop()
	if !look.some {
		g.had = memberships{}
	}
	var room classroom
	for record, err := range m.records(ctx, source, roster.KindClass, look).all {
		if err != nil {
			return err
		}
		room.record = record
		if room.group, room.known, err = groups.at(record.ID); err != nil {
			return err
		}
		if room.known && !look.some {
			g.had.count(room.group)
		}
		if !c.touched(&room) {
			continue
		}
		if err := c.plan(ctx, &room); err != nil {
			return fmt.Errorf("class %s: %w", record.Key, err)
		}
	}
	return nil
}

// classPlanner plans the classes of a source one after the other.
type classPlanner struct {
	*Matching
	maker    Maker
	to       Changes
	findings Findings
	courses  map[string]roster.Course
	names    nicknames
	leavers  *leavers // nil where all classes that are read are looked at

	owners, members linked // of the class that is planned now
}

func (c *classPlanner) plan(ctx context.Context, room *classroom) error {
	c.maker.goneClass(room)
	if !room.record.Active {
		c.maker.KeptBack.freeObject(c.record(directory.ClassGroup, room.record.ID))
	}
	w, wanted, err := c.shape(room)
	if err != nil {
		return err
	}
	if !wanted {
		if w, wanted = c.keep(room); !wanted {
			return nil
		}
	}
	change, changed := c.maker.change(w, room.group, room.known)
	if !changed {
		return nil
	}
	if change.Verb == directory.Create {
		nickname, err := c.nickname(room)
		if err != nil {
			return err
		}
		change.Set = change.Set.With(directory.MailNickname, nickname)
	}
	c.maker.Measures.group(change, room.group)
	c.noteLinked(change)
	return c.to.Add(ctx, change)
}

// shape is the shaper of class groups: it says what should be of a class's.
func (c *classPlanner) shape(room *classroom) (Wanted, bool, error) {
	var err error
	contents := room.record.Split()
	if room.class, err = roster.DecodeClass(room.record.Key, contents[roster.Itself]); err != nil {
		return Wanted{}, false, err
	}
	rules, others := c.rules.classFlow(room.class.OrgSourcedID)
	c.people.classLeft(room.record.ID, "")
	if rules == nil {
		if room.record.Active {
			c.people.classLeft(room.record.ID, ClassesWithoutFlow)
		}
		return Wanted{}, false, nil
	}
	if others > 0 {
		c.findings.Add(Problem{Reason: ClassInSeveralSets, Kind: roster.KindClass, Key: room.class.SourcedID, Value: room.class.OrgSourcedID})
	}
	// A class whose row cannot be read takes nobody in and gives nobody up.
	current := room.record.Active && room.class.Frozen == 0 && c.rules.classIsCurrent(room.class, c.people.sessions)
	id, gone := c.maker.Seen.Gone(c.record(directory.ClassGroup, room.record.ID))
	room.nickname = ""
	if room.record.Active && !current {
		c.people.classLeft(room.record.ID, c.whyNot(room.class))
	}
	switch {
	case c.rules.ignored[directory.ClassGroup].Has(room.record.ID):
		c.people.classLeft(room.record.ID, RecordsIgnored)
		return Wanted{}, false, nil // it stays as it is
	case gone && current && rules.reset:
		c.forgetGone(room)
	case !current && gone && room.class.Frozen == 0: // should it come back, it gets a new one
		c.forgotten = append(c.forgotten, c.record(directory.ClassGroup, room.record.ID))
		return Wanted{}, false, nil
	case gone:
		c.people.classLeft(room.record.ID, GroupsGone)
		c.findings.Add(Problem{Reason: GroupGone, Kind: roster.KindClass, Key: room.class.SourcedID, Value: id})
		return Wanted{}, false, nil
	case !current:
		// Neither the calendar nor that a class left the roster takes anybody out: its
		// group is kept as it is.
		return Wanted{}, false, nil
	}
	w := Wanted{
		Record: c.record(directory.ClassGroup, room.record.ID), Part: cmp.Or(room.class.OrgSourcedID, ledger.NoSchool),
		Anchor: directory.ClassGroup.Anchor(c.scoped(room.class.SourcedID)),
	}
	if room.roll, err = roster.DecodeRoll(contents[roster.RollPart], room.roll); err != nil {
		return Wanted{}, false, err
	}
	c.owners.clear()
	c.members.clear()
	c.seat(room.roll, rules)
	c.people.classLeft(room.record.ID, c.lacks(room.group))
	c.values(&w, room.class, rules)
	c.leaveIgnored(room.group)
	w.Links = []WantedLinks{
		{Relation: directory.Member, IDs: c.members.are, Stay: c.members.stay, Replaced: c.replaced, Leaves: c.leaves},
		{Relation: directory.Owner, IDs: c.owners.are, Stay: c.owners.stay, Replaced: c.replaced, Leaves: c.leaves},
	}
	return w, true, nil
}

// values says what a flow keeps up to date on a group. A team once made is never
// taken away, so only true is ever wanted.
func (c *classPlanner) values(w *Wanted, class roster.Class, rules *classRules) {
	if rules.options.CreateTeam {
		w.Values = w.Values.With(directory.HasTeam, directory.True)
	}
	for _, name := range rules.attributes {
		w.Values = w.Values.With(directory.Property(name), c.attribute(class, directory.Property(name)))
	}
	if rules.options.WriteDisplayNameOnCreateOnly {
		w.New = w.New.With(directory.DisplayName, directory.DisplayNameOf(class.Title))
	} else {
		w.Values = w.Values.With(directory.DisplayName, directory.DisplayNameOf(class.Title))
	}
}

// leaves returns why one who was in the group of a class is not to be.
func (c *classPlanner) leaves(person roster.ID) string {
	if c.gone(person) {
		return ledger.BecauseWithoutRole
	}
	return ledger.BecauseNotEnrolled
}

// The reasons of problems with classes.
const (
	ClassInSeveralSets = "class-in-several-sets" // it belongs to the set that was created first
	GroupGone          = "group-gone"            // somebody deleted it; it is not made again by itself
)

// linked are the people who are to be linked to a group in a relation, and those
// who stay if they are.
type linked struct{ are, stay ledger.IDs }

func (l *linked) clear() { l.are, l.stay = l.are[:0], l.stay[:0] }

// add adds a person, who may come several times in a row.
func (l *linked) add(person roster.ID, is bool) {
	ids := &l.stay
	if is {
		ids = &l.are
	}
	if last := len(*ids) - 1; last < 0 || (*ids)[last] != person {
		*ids = append(*ids, person)
	}
}

// seat finds the owners and members of a class among its enrollments. One of a
// person whose role the calendar alone keeps from holding changes nothing.
func (c *classPlanner) seat(roll roster.Roll, rules *classRules) {
	for _, e := range roll {
		is := c.people.is(e.Person, present|provisioned)
		if e.Ended != 0 || !is && !c.people.is(e.Person, resting) {
			continue
		}
		if e.Frozen != 0 { // nobody can say in which role, if any
			c.owners.add(e.Person, false)
			c.members.add(e.Person, false)
			continue
		}
		if rules.owner[e.Role] {
			c.owners.add(e.Person, is)
		}
		if rules.member[e.Role] {
			c.members.add(e.Person, is)
		}
	}
}

// leaveIgnored has whoever is ignored stay where they are, and not come where they are not.
func (c *classPlanner) leaveIgnored(group ledger.Object) {
	ignored := c.rules.ignored[directory.Account]
	if len(ignored) == 0 {
		return
	}
	for relation, of := range map[directory.Relation]*linked{directory.Owner: &c.owners, directory.Member: &c.members} {
		held := group.Linked(relation)
		of.are = of.are.Minus(ignored)
		of.stay = of.stay.With(held.IDs.With(held.Found).And(ignored))
	}
}

// gone reports whether a person is readably without a role.
func (c *classPlanner) gone(person roster.ID) bool {
	return !c.people.is(person, present) && !c.people.is(person, resting)
}

func (c *classPlanner) nickname(room *classroom) (string, error) {
	if room.nickname != "" {
		return room.nickname, nil
	}
	return c.names.pick(c.scoped(room.class.SourcedID))
}

func (c *classPlanner) attribute(class roster.Class, name directory.Property) string {
	course := c.courses[class.CourseSourcedID]
	switch name {
	case directory.CourseTitle:
		return course.Title
	case directory.CourseCode:
		return course.Code
	case directory.CourseSubject:
		return strings.Join(course.Subjects, ",")
	case directory.CourseGradeLevel:
		return strings.Join(course.Grades, ",")
	case directory.CourseExternalID:
		return course.SourcedID
	case directory.ClassCode:
		return class.Code
	default: // the others are of the session
	}
	return c.sessionAttribute(class, name)
}

// sessionAttribute returns what a flow writes of the session that the class is
// in today. A class that takes place without one has none that is known.
func (c *classPlanner) sessionAttribute(class roster.Class, name directory.Property) string {
	var session roster.Session
	for _, id := range class.SessionSourcedIDs {
		if s, ok := c.people.sessions[id]; ok && c.rules.during(s, class.OrgSourcedID) {
			session = s
			break
		}
	}
	switch name {
	case directory.AcademicSessionTitle:
		return session.Title
	case directory.AcademicSessionExternalID:
		return session.SourcedID
	default: // no other attribute is of a session
	}
	return ""
}

// noteLinked notes whose accounts a change is applied with.
func (c *classPlanner) noteLinked(change ledger.Change) {
	if !c.look.some {
		return
	}
	for _, l := range change.Links {
		c.linked = append(c.linked, l.IDs...)
	}
}

func coursesOf(ctx context.Context, r Roster, source int) (map[string]roster.Course, error) {
	courses := map[string]roster.Course{}
	for record, err := range r.Records(ctx, source, roster.KindCourse) {
		if err != nil {
			return nil, err
		}
		if !record.Active {
			continue
		}
		c, err := roster.DecodeCourse(record.Key, record.Body)
		if err != nil {
			return nil, fmt.Errorf("course %s: %w", record.Key, err)
		}
		courses[c.SourcedID] = c
	}
	return courses, nil
}
