package plan

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// classroom is a class as planning looks at it, one at a time.
type classroom struct {
	record roster.Record
	class  roster.Class
	roll   roster.Roll
	group  ClassGroup
	known  bool // group is set

	nickname string // that a new group is to have; "" for one of its own
}

// planClasses writes the effects on class groups.
func (m Maker) planClasses(ctx context.Context, g *Matching, to *Writer, findings Findings) error {
	source := g.rules.Source.Number
	c := classPlanner{Matching: g, to: to, findings: findings}
	c.names.groups = func(yield func(ClassGroup, error) bool) { m.groups(ctx, source, selection{}).all(yield) }
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
	groups := m.groups(ctx, source, look)
	defer groups.stop()
	var room classroom
	for record, err := range m.records(ctx, source, roster.KindClass, look).all {
		if err != nil {
			return err
		}
		room.record = record
		if room.group, room.known, err = groups.at(record.ID); err != nil {
			return err
		}
		touched, err := c.touched(&room)
		if err == nil && touched {
			err = c.plan(ctx, &room)
		}
		if err != nil {
			return fmt.Errorf("class %s: %w", record.Key, err)
		}
	}
	return nil
}

// classPlanner plans the classes of a source one after the other.
type classPlanner struct {
	*Matching
	to       *Writer
	findings Findings
	courses  map[string]roster.Course
	names    nicknames
	leavers  *leavers // nil where all classes that are read are looked at

	owners, members       People // of the class that is planned now
	ownersBuf, membersBuf []byte
}

func (c *classPlanner) plan(ctx context.Context, room *classroom) error {
	var err error
	contents := room.record.Split()
	if room.class, err = roster.DecodeClass(room.record.Key, contents[roster.Itself]); err != nil {
		return err
	}
	rules, others := c.rules.classFlow(room.class.OrgSourcedID)
	if rules == nil {
		return nil
	}
	if others > 0 {
		c.findings.Add(Problem{ClassInSeveralSets, roster.KindClass, room.class.SourcedID, room.class.OrgSourcedID})
	}
	takesPlace := room.record.Active && c.rules.classIsCurrent(room.class, c.people.sessions)
	_, gone := c.drift.groupsGone[room.record.ID]
	room.nickname = ""
	switch {
	case gone && takesPlace && rules.reset:
		c.forgetGone(room)
	case gone && takesPlace:
		c.findings.Add(Problem{GroupGone, roster.KindClass, room.class.SourcedID, room.group.ObjectID})
		return nil
	case !takesPlace && (gone || !room.known):
		return nil
	}
	c.owners, c.members = c.owners[:0], c.members[:0]
	if takesPlace {
		if room.roll, err = roster.DecodeRoll(contents[roster.RollPart], room.roll); err != nil {
			return err
		}
		c.seat(room.roll, rules)
		if err := c.planGroup(ctx, room, rules); err != nil {
			return err
		}
	}
	return c.planMembers(ctx, room)
}

// The reasons of problems with classes.
const (
	ClassInSeveralSets = "class-in-several-sets" // it belongs to the set that was created first
	GroupGone          = "group-gone"            // somebody deleted it; it is not made again by itself
)

// seat finds the owners and members of a class among its enrollments.
func (c *classPlanner) seat(roll roster.Roll, rules *classRules) {
	for _, e := range roll {
		if e.Ended != 0 || !c.people.is(e.Person, present|provisioned) {
			continue
		}
		if rules.owner[e.Role] && (len(c.owners) == 0 || c.owners[len(c.owners)-1] != e.Person) {
			c.owners = append(c.owners, e.Person)
		}
		if rules.member[e.Role] && (len(c.members) == 0 || c.members[len(c.members)-1] != e.Person) {
			c.members = append(c.members, e.Person)
		}
	}
}

// planGroup writes the effect on the group itself.
func (c *classPlanner) planGroup(ctx context.Context, room *classroom, rules *classRules) error {
	effect := Effect{
		Source: c.rules.Source.Number, Object: room.record.ID, ObjectID: room.group.ObjectID,
		Anchor: directory.GroupAnchor(c.scoped(room.class.SourcedID)),
	}
	if !room.known {
		nickname, err := c.nickname(room)
		if err != nil {
			return err
		}
		effect.Kind = directory.CreateGroup
		effect.Properties = c.properties(room.class, rules).
			with(directory.PropertyDisplayName, room.class.Title).
			with(directory.PropertyMailNickname, nickname)
		return c.to.Add(ctx, effect)
	}
	want := c.properties(room.class, rules)
	if !rules.options.WriteDisplayNameOnCreateOnly {
		want = want.with(directory.PropertyDisplayName, room.class.Title)
	}
	effect.Kind = directory.UpdateGroup
	effect.Properties, effect.Was = want.difference(c.drift.groupWritten(room.record.ID, room.group))
	if len(effect.Properties) == 0 {
		return nil
	}
	return c.to.Add(ctx, effect)
}

func (c *classPlanner) nickname(room *classroom) (string, error) {
	if room.nickname != "" {
		return room.nickname, nil
	}
	return c.names.pick(c.scoped(room.class.SourcedID))
}

// properties are what a flow keeps up to date on a group beside its name. A
// team once made is never taken away, so only true is ever wanted.
func (c *classPlanner) properties(class roster.Class, rules *classRules) Properties {
	var want Properties
	if rules.options.CreateTeam {
		want = want.with(directory.PropertyHasTeam, strconv.FormatBool(true))
	}
	for _, name := range rules.attributes {
		want = want.with(name, c.attribute(class, name))
	}
	return want
}

func (c *classPlanner) attribute(class roster.Class, name string) string {
	course := c.courses[class.CourseSourcedID]
	switch name {
	case directory.AttributeCourseTitle:
		return course.Title
	case directory.AttributeCourseCode:
		return course.Code
	case directory.AttributeCourseSubject:
		return strings.Join(course.Subjects, ",")
	case directory.AttributeCourseGradeLevel:
		return strings.Join(course.Grades, ",")
	case directory.AttributeCourseExternalID:
		return course.SourcedID
	case directory.AttributeClassCode:
		return class.Code
	}
	return c.sessionAttribute(class, name)
}

// sessionAttribute returns what a flow writes of the session that the class is
// in today. A class that takes place without one has none that is known.
func (c *classPlanner) sessionAttribute(class roster.Class, name string) string {
	var session roster.Session
	for _, id := range class.SessionSourcedIDs {
		if s, ok := c.people.sessions[id]; ok && c.rules.days.within(s.Start, s.End) {
			session = s
			break
		}
	}
	switch name {
	case directory.AttributeAcademicSessionTitle:
		return session.Title
	case directory.AttributeAcademicSessionExternalID:
		return session.SourcedID
	}
	return ""
}

// planMembers writes the effect on who is in the group.
func (c *classPlanner) planMembers(ctx context.Context, room *classroom) error {
	c.ownersBuf, c.membersBuf = c.owners.Encode(c.ownersBuf[:0]), c.members.Encode(c.membersBuf[:0])
	changed, drifted := c.drift.groups[room.record.ID]
	if !drifted && bytes.Equal(c.ownersBuf, room.group.Owners) && bytes.Equal(c.membersBuf, room.group.Members) {
		return nil
	}
	appliedOwners, err := DecodePeople(room.group.Owners)
	if err != nil {
		return err
	}
	appliedMembers, err := DecodePeople(room.group.Members)
	if err != nil {
		return err
	}
	thereOwners, thereMembers := appliedOwners, appliedMembers
	if drifted {
		thereOwners, thereMembers = changed.owners, changed.members
	}
	effect := Effect{
		Kind: directory.ChangeMembers, Source: c.rules.Source.Number, Object: room.record.ID, ObjectID: room.group.ObjectID,
		Anchor: directory.GroupAnchor(c.scoped(room.class.SourcedID)),
		// Who came in by another hand and is to be there is added all the same, and
		// who was put out by one is removed: so it is remembered, and not planned again.
		AddOwners:     c.owners.minus(appliedOwners.and(thereOwners)),
		AddMembers:    c.members.minus(appliedMembers.and(thereMembers)),
		RemoveOwners:  appliedOwners.minus(c.owners),
		RemoveMembers: appliedMembers.minus(c.members),
	}
	if effect.Memberships() == 0 {
		return nil
	}
	c.noteSeated(effect)
	return c.to.Add(ctx, effect)
}

// noteSeated notes whose accounts the effect is applied with.
func (c *classPlanner) noteSeated(e Effect) {
	if !c.look.some {
		return
	}
	for _, people := range []People{e.AddOwners, e.AddMembers, e.RemoveOwners, e.RemoveMembers} {
		c.seated = append(c.seated, people...)
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
