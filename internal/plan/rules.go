package plan

import (
	"slices"
	"strings"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/ledger"
	"rollbook/internal/match"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

// Rules are the configuration as one plan needs it.
type Rules struct {
	Source flow.SourceSystem
	// YearStart and YearEnd bound what has no session of its own.
	YearStart, YearEnd roster.Date

	days  *calendar
	lists *vocab.Lists
	match match.Rules
	sets  []set // in the order of creation

	linked  map[roster.ID]string // people and the user names of the accounts that they are to have
	ignored map[directory.Kind]ledger.IDs
}

// set is a flow set with its flows that can do work.
type set struct {
	orgs  map[string]bool // nil for all
	user  *flow.UserProvisioning
	flow  string // the ID of the user flow
	class *classRules
	days  flow.Policy

	resetUser bool // accounts that are gone are forgotten
}

func (s set) has(org string) bool { return s.orgs == nil || s.orgs[org] }

type classRules struct {
	owner, member map[string]bool // RefSectionRole
	attributes    []string
	options       flow.AdditionalClassGroupOptions
	reset         bool // groups that are gone are forgotten
}

// NewRules compiles the rules for the people and classes of a source system.
// Flows that are not ready do nothing, and those that name a reset have it done.
func NewRules(c flow.Snapshot, source flow.SourceSystem, year flow.Year, today roster.Date) (Rules, error) {
	r := Rules{Source: source, days: &calendar{today, never}, lists: c.Lists, match: match.NewRules(source.UserMatchingSettings)}
	var err error
	if r.YearStart, err = roster.ParseDate(year.StartDate); err != nil {
		return Rules{}, err
	}
	if r.YearEnd, err = roster.ParseDate(year.EndDate); err != nil {
		return Rules{}, err
	}
	r.decide(c.Decisions)
	for _, s := range c.FlowSets {
		var compiled set
		if s.Policy != nil {
			compiled.days = *s.Policy
		}
		if s.Filter != nil {
			compiled.orgs = map[string]bool{}
			for _, org := range s.Filter.In {
				compiled.orgs[org] = true
			}
		}
		for _, f := range c.ProvisioningFlows {
			if f.FlowSet == s.ID && f.Readiness == flow.Ready {
				compiled.add(f)
			}
		}
		r.sets = append(r.sets, compiled)
	}
	return r, nil
}

// decide takes what was decided on the records of the source system.
func (r *Rules) decide(decisions []flow.Decision) {
	r.linked, r.ignored = map[roster.ID]string{}, map[directory.Kind]ledger.IDs{}
	for _, d := range decisions {
		if d.Record.Source != r.Source.Number {
			continue
		}
		kind, id := directory.Account, roster.ID(d.Record.Number)
		if d.Record.Class {
			kind = directory.ClassGroup
		}
		switch d.As {
		case flow.Link:
			r.linked[id] = d.UserName
		case flow.Ignore:
			r.ignored[kind] = append(r.ignored[kind], id)
		}
	}
	for _, ids := range r.ignored {
		slices.Sort(ids)
	}
}

// key returns what a person is looked up by: what was decided, or what the school says.
func (r Rules) key(id roster.ID, p roster.Person, group string) (match.Key, bool) {
	if name, linked := r.linked[id]; linked {
		return match.Key{Property: directory.UserPrincipalName, Value: name}, true
	}
	return r.match.Key(p, group)
}

func (s *set) add(f flow.ProvisioningFlow) {
	if f.User != nil {
		s.user, s.flow, s.resetUser = f.User, f.ID, f.Reset != ""
	}
	if c := f.ClassGroup; c != nil {
		s.class = &classRules{
			owner:      codes(c.EnrollmentMappings.OwnerEnrollmentMappings),
			member:     codes(c.EnrollmentMappings.MemberEnrollmentMappings),
			attributes: c.AdditionalAttributes,
			options:    c.AdditionalOptions,
			reset:      f.Reset != "",
		}
	}
}

func codes(values []flow.ReferenceValue) map[string]bool {
	set := make(map[string]bool, len(values))
	for _, v := range values {
		set[v.Code] = true
	}
	return set
}

// userFlow returns the user flow for somebody with these affiliations, of the
// set that was created first.
func (r Rules) userFlow(current []roster.Affiliation) *flow.UserProvisioning {
	if s := r.userSet(current); s != nil {
		return s.user
	}
	return nil
}

// password says where the initial password of a new account is: what the school chose for
// the person comes before what the flow has for the role group.
func (s set) password(p roster.Person, group string) string {
	if p.Password != "" {
		return ledger.PasswordOfFeed
	}
	if s.user.CreationOptions == nil {
		return ""
	}
	for _, c := range s.user.CreationOptions.Configurations {
		if c.RoleGroup == group && c.DefaultPasswordSettings != nil {
			return ledger.PasswordOfFlow(s.flow, group)
		}
	}
	return ""
}

// resetsUser reports whether the user flow for somebody with these affiliations
// is to be reset.
func (r Rules) resetsUser(current []roster.Affiliation) bool {
	s := r.userSet(current)
	return s != nil && s.resetUser
}

func (r Rules) userSet(current []roster.Affiliation) *set {
	for i := range r.sets {
		if r.sets[i].user == nil {
			continue
		}
		for _, a := range current {
			if r.sets[i].has(a.OrgSourcedID) {
				return &r.sets[i]
			}
		}
	}
	return nil
}

// classFlow returns the class group flow for a class of an organization, of
// the set that was created first, and how many other sets have one for it too.
func (r Rules) classFlow(org string) (first *classRules, others int) {
	for _, s := range r.sets {
		if s.class == nil || !s.has(org) {
			continue
		}
		if first == nil {
			first = s.class
		} else {
			others++
		}
	}
	return first, others
}

// usesCourses reports whether any flow writes something of a class's course.
func (r Rules) usesCourses() bool {
	return slices.ContainsFunc(r.sets, func(s set) bool {
		return s.class != nil && slices.ContainsFunc(s.class.attributes, func(name string) bool {
			return strings.HasPrefix(name, "course")
		})
	})
}

// current reports whether an affiliation holds today. One that the calendar alone
// keeps from it, as its session is over or it begins later, rests.
func (r Rules) current(a roster.Affiliation, sessions map[string]roster.Session) (holds, rests bool) {
	if a.Ended != 0 {
		return false, false
	}
	if !r.days.within(a.Start, a.End) {
		return false, r.days.today < a.Start
	}
	if s, ok := sessions[a.SessionSourcedID]; ok && !r.during(s, a.OrgSourcedID) {
		return false, true
	}
	return true, false
}

// during reports whether today lies in a session, with the days before and after it
// that the first flow set has which selects an organization.
func (r Rules) during(s roster.Session, org string) bool {
	for _, set := range r.sets {
		if set.has(org) {
			return r.days.within(s.Start.Add(-set.days.DaysBefore), s.End.Add(set.days.DaysAfter))
		}
	}
	return r.days.within(s.Start, s.End)
}

// later reports whether an affiliation that does not hold today begins later.
func (r Rules) later(a roster.Affiliation, sessions map[string]roster.Session) bool {
	return r.days.today < a.Start || r.days.today < sessions[a.SessionSourcedID].Start
}

// classIsCurrent reports whether a class takes place today: within any of its
// sessions, or, where it names none, within the year. One whose sessions nobody
// knows waits.
func (r Rules) classIsCurrent(c roster.Class, sessions map[string]roster.Session) bool {
	for _, id := range c.SessionSourcedIDs {
		if s, ok := sessions[id]; ok && r.during(s, c.OrgSourcedID) {
			return true
		}
	}
	return len(c.SessionSourcedIDs) == 0 && r.days.within(r.YearStart, r.YearEnd)
}
