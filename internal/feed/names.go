package feed

import (
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/roster"
)

// names checks what people and classes are called against what directories take.
type names struct {
	// users are the people by a hash of their user names in which case does not count.
	// Only a check needs them: a sync finds out who claims an account.
	users map[uint64]int32
}

// checkUserName warns of a user name that directories refuse.
func (l *loader) checkUserName(at Place, p roster.Person, slot int) {
	if p.Username == "" {
		return
	}
	if l.opts.check {
		l.checkUserNameTwice(at, p, slot)
	}
	problem := directory.UserNameProblem(p.Username)
	if problem == "" {
		return
	}
	l.file.Warnings++
	l.repeats.Add(Finding{
		Severity: Warning, Rule: RuleNameRefused, File: at.File, Line: at.Line, Column: at.Column("username"), Record: p.SourcedID, Rows: 1,
		Message: fmt.Sprintf("no account can be made with the user name %q: %s", p.Username, problem),
		Hint:    "Give the person another user name in the source system. An account that is there already keeps its own.",
	})
}

// checkTitle warns of a title that is too long for the name of a group.
func (l *loader) checkTitle(at Place, c roster.Class) {
	if directory.DisplayNameOf(c.Title) == c.Title {
		return
	}
	l.file.Warnings++
	l.repeats.Add(Finding{
		Severity: Warning, Rule: RuleNameRefused, File: at.File, Line: at.Line, Column: at.Column("title"), Record: c.SourcedID, Rows: 1,
		Message: fmt.Sprintf("the title has more than %d characters, which is as long as the name of a group can be; it is shortened", directory.MostOfDisplayName),
		Hint:    "Shorten it in the source system.",
	})
}

// userNameTwice is the rule that matching gives the same problem in a sync.
const userNameTwice Rule = "match-claimed-twice"

// checkUserNameTwice makes a finding of a user name that several people have.
func (l *loader) checkUserNameTwice(at Place, p roster.Person, slot int) {
	if l.names.users == nil {
		l.names.users = map[uint64]int32{}
	}
	hash := l.identity(p.Username)
	first, there := l.names.users[hash]
	if !there {
		l.names.users[hash] = int32(slot)
	}
	if !there || int(first) == slot {
		return
	}
	people := l.indexes[roster.KindPerson]
	l.repeats.Add(Finding{
		Severity: Error, Rule: userNameTwice, File: at.File, Line: at.Line, Column: at.Column("username"), Record: p.SourcedID, Rows: 1,
		Message: fmt.Sprintf("%s on this line and %s on line %d have one user name, %q; neither gets an account by it",
			p.SourcedID, people.keys.at(int(first)), people.rows.at(int(first)).line, p.Username),
		Hint: "Give each person a user name of their own in the source system.",
	})
}
