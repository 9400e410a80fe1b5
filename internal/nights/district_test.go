package nights_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// district is what a school says, as the school knows it.
type district struct {
	people  map[string]person
	classes map[string]class
	next    int // numbers what is new
}

type person struct {
	username, given, family, mail string
	roles                         map[string]string // by school
}

type class struct {
	school, title string
	sessions      string
	roll          map[string]string // role by person
}

var schools = []string{"S1", "S2"}

func drawDistrict(t *rapid.T) district {
	d := district{people: map[string]person{}, classes: map[string]class{}}
	for i := range rapid.IntRange(4, 9).Draw(t, "people") {
		d.enroll(t, fmt.Sprintf("p%d", i))
	}
	for i := range rapid.IntRange(2, 5).Draw(t, "classes") {
		d.open(t, fmt.Sprintf("c%d", i))
	}
	return d
}

// enroll makes a person.
func (d *district) enroll(t *rapid.T, id string) {
	d.next++
	role := rapid.SampledFrom([]string{"student", "student", "teacher"}).Draw(t, "role of "+id)
	d.people[id] = person{
		username: fmt.Sprintf("user%d", d.next), given: "Given" + id, family: fmt.Sprintf("Family%d", d.next),
		mail: fmt.Sprintf("m%d@north.example", d.next), roles: map[string]string{rapid.SampledFrom(schools).Draw(t, "school of "+id): role},
	}
}

// open makes a class with some of the people.
func (d *district) open(t *rapid.T, id string) {
	d.next++
	c := class{
		school: rapid.SampledFrom(schools).Draw(t, "school of "+id), title: fmt.Sprintf("Title %d", d.next),
		sessions: rapid.SampledFrom([]string{"y", "t", "y,t", ""}).Draw(t, "sessions of "+id), roll: map[string]string{},
	}
	for _, p := range slices.Sorted(maps.Keys(d.people)) {
		if rapid.Bool().Draw(t, p+" in "+id) {
			c.roll[p] = rapid.SampledFrom([]string{"student", "student", "teacher"}).Draw(t, "role of "+p+" in "+id)
		}
	}
	d.classes[id] = c
}

// pick draws one of the keys of a map.
func pick[V any](t *rapid.T, what string, of map[string]V) (string, bool) {
	if len(of) == 0 {
		return "", false
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(of))).Draw(t, what), true
}

// change does what happens at a school from one day to the next, a few times.
func (d *district) change(t *rapid.T) {
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		p, somebody := pick(t, "person", d.people)
		c, something := pick(t, "class", d.classes)
		if !somebody || !something {
			return
		}
		d.next++
		who, what := d.people[p], d.classes[c]
		switch rapid.IntRange(0, 11).Draw(t, "change") {
		case 0, 1: // somebody leaves a class, or comes into it
			if _, in := what.roll[p]; in {
				delete(what.roll, p)
			} else {
				what.roll[p] = "student"
			}
		case 2:
			what.roll[p] = rapid.SampledFrom([]string{"student", "teacher"}).Draw(t, "new role")
		case 3: // somebody moves from one class to another
			if other, ok := pick(t, "other class", d.classes); ok {
				delete(what.roll, p)
				d.classes[other].roll[p] = "student"
			}
		case 4:
			d.enroll(t, fmt.Sprintf("n%d", d.next))
		case 5: // somebody leaves
			delete(d.people, p)
			for _, c := range d.classes {
				delete(c.roll, p)
			}
		case 6:
			what.title = fmt.Sprintf("Title %d", d.next)
		case 7: // a class is over
			delete(d.classes, c)
			continue
		case 8:
			who.username, who.family = fmt.Sprintf("user%d", d.next), fmt.Sprintf("Family%d", d.next)
		case 9: // somebody changes school, or has two
			if rapid.Bool().Draw(t, "two schools") {
				who.roles[schools[0]], who.roles[schools[1]] = "student", "student"
			} else {
				clear(who.roles)
				who.roles[rapid.SampledFrom(schools).Draw(t, "new school")] = "student"
			}
		case 10:
			d.open(t, fmt.Sprintf("k%d", d.next))
		case 11: // two people exchange their user names
			other, _ := pick(t, "other person", d.people)
			if o := d.people[other]; other != p {
				who.username, o.username = o.username, who.username
				d.people[other] = o
			}
		}
		if _, still := d.people[p]; still {
			d.people[p] = who
		}
		if _, still := d.classes[c]; still {
			d.classes[c] = what
		}
	}
}

// renumber gives somebody another sourcedId.
func (d *district) renumber(from, to string) {
	d.people[to] = d.people[from]
	delete(d.people, from)
	for _, c := range d.classes {
		if role, in := c.roll[from]; in {
			delete(c.roll, from)
			c.roll[to] = role
		}
	}
}

// files are the rows of a feed, header first, by file.
type files map[string][][]string

func (d district) files() files {
	f := files{
		"orgs.csv": {{"sourcedId", "name", "type"}, {"S1", "Elm", "school"}, {"S2", "Oak", "school"}},
		"academicSessions.csv": {
			{"sourcedId", "title", "type", "schoolYear", "startDate", "endDate"},
			{"y", "Year", "schoolYear", "2027", "2026-08-01", "2027-07-31"},
			{"t", "Term", "term", "2027", "2026-08-01", "2027-01-31"},
		},
		"users.csv":       {{"sourcedId", "username", "givenName", "familyName", "email"}},
		"roles.csv":       {{"userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "isPrimary", "roleStartDate"}},
		"classes.csv":     {{"sourcedId", "orgSourcedId", "title", "sessionSourcedIds"}},
		"enrollments.csv": {{"classSourcedId", "userSourcedId", "role"}},
	}
	add := func(file string, row ...string) { f[file] = append(f[file], row) }
	for _, id := range slices.Sorted(maps.Keys(d.people)) {
		p := d.people[id]
		add("users.csv", id, p.username, p.given, p.family, p.mail)
		for _, school := range slices.Sorted(maps.Keys(p.roles)) {
			add("roles.csv", id, school, p.roles[school], "y", "true", "2026-08-01")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.classes)) {
		c := d.classes[id]
		add("classes.csv", id, c.school, c.title, c.sessions)
		for _, p := range slices.Sorted(maps.Keys(c.roll)) {
			add("enrollments.csv", id, p, c.roll[p])
		}
	}
	return f
}

func (f files) clone() files {
	c := files{}
	for name, rows := range f {
		for _, row := range rows {
			c[name] = append(c[name], slices.Clone(row))
		}
	}
	return c
}

func (f files) write(dir string) error {
	for _, name := range fileNames {
		rows, there := f[name]
		path := filepath.Join(dir, name)
		if !there {
			if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
				return err
			}
			continue
		}
		var b strings.Builder
		for _, row := range rows {
			for i, v := range row {
				if i > 0 {
					b.WriteByte(',')
				}
				if strings.Contains(v, ",") {
					v = `"` + v + `"`
				}
				b.WriteString(v)
			}
			b.WriteByte('\n')
		}
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			return err
		}
	}
	return nil
}

var fileNames = []string{"orgs.csv", "academicSessions.csv", "users.csv", "roles.csv", "classes.csv", "enrollments.csv"}

// damage is one way in which an export can be wrong.
type damage struct {
	name  string
	files []string // that it may strike
	do    func(t *rapid.T, f files, name string, rows []int)
}

// setCell replaces values in a column of rows.
func setCell(column int, value func(string) string) func(*rapid.T, files, string, []int) {
	return func(_ *rapid.T, f files, name string, rows []int) {
		for _, i := range rows {
			f[name][i][column] = value(f[name][i][column])
		}
	}
}

func to(value string) func(string) string { return func(string) string { return value } }

var keyed = []string{"orgs.csv", "academicSessions.csv", "users.csv", "classes.csv"}
var pairs = []string{"roles.csv", "enrollments.csv"}
var all = slices.Concat(keyed, pairs)

func damages() []damage {
	return []damage{
		{"blank key", all, setCell(0, to(""))},
		{"blank second column", all, setCell(1, to(""))},
		{"blank third column", []string{"orgs.csv", "academicSessions.csv", "classes.csv", "roles.csv", "enrollments.csv"}, setCell(2, to(""))},
		{"unknown code", []string{"orgs.csv", "academicSessions.csv", "roles.csv", "enrollments.csv"}, setCell(2, to("Pupilx"))},
		{"unknown code of another column", []string{"roles.csv"}, setCell(4, to("perhaps"))},
		{"bad date", []string{"academicSessions.csv", "roles.csv"}, setCell(5, to("8/1/26"))},
		{"dangling id", pairs, setCell(0, func(v string) string { return v + "x" })},
		{"dangling second id", slices.Concat(pairs, []string{"classes.csv"}), setCell(1, func(v string) string { return v + "x" })},
		{"dangling session", []string{"roles.csv", "classes.csv"}, setCell(3, to("z"))},
		{"spreadsheet number", all, setCell(0, to("1.23457E+11"))},
		{"column too many", all, func(_ *rapid.T, f files, name string, rows []int) {
			for _, i := range rows {
				f[name][i] = append([]string{"x"}, f[name][i]...)
			}
		}},
		{"column too few", all, func(_ *rapid.T, f files, name string, rows []int) {
			for _, i := range rows {
				f[name][i] = f[name][i][1:]
			}
		}},
		{"one id on two records", keyed, func(t *rapid.T, f files, name string, rows []int) {
			from := rapid.IntRange(1, len(f[name])-1).Draw(t, "whose id")
			for _, i := range rows {
				f[name][i][0] = f[name][from][0]
			}
		}},
		{"row twice", all, func(_ *rapid.T, f files, name string, rows []int) {
			for _, i := range rows {
				f[name] = append(f[name], slices.Clone(f[name][i]))
			}
		}},
		{"row twice with another mail", []string{"users.csv"}, func(_ *rapid.T, f files, name string, rows []int) {
			for _, i := range rows {
				again := slices.Clone(f[name][i])
				again[4] = "a" + again[4]
				f[name] = append(f[name], again)
			}
		}},
		{"row missing that others name", []string{"orgs.csv", "users.csv", "classes.csv"}, func(_ *rapid.T, f files, name string, rows []int) {
			column := map[string][2]int{"orgs.csv": {1, 1}, "users.csv": {0, 1}, "classes.csv": {-1, 0}}[name]
			named := map[string]bool{}
			for i, file := range pairs {
				for _, row := range f[file] {
					if at := column[i]; at >= 0 {
						named[row[at]] = true
					}
				}
			}
			kept := [][]string{f[name][0]}
			for i, row := range f[name][1:] {
				if !slices.Contains(rows, i+1) || !named[row[0]] || name == "orgs.csv" && len(rows) == len(f[name])-1 {
					kept = append(kept, row)
				}
			}
			f[name] = kept
		}},
		{"rows reversed", all, func(_ *rapid.T, f files, name string, _ []int) { slices.Reverse(f[name][1:]) }},
		{"column missing", all, func(t *rapid.T, f files, name string, _ []int) {
			column := rapid.IntRange(0, len(f[name][0])-1).Draw(t, "column")
			for i, row := range f[name] {
				f[name][i] = slices.Delete(row, column, column+1)
			}
		}},
		{"file missing", all, func(_ *rapid.T, f files, name string, _ []int) { delete(f, name) }},
		{"file empty", []string{"orgs.csv", "users.csv", "roles.csv", "classes.csv", "enrollments.csv"},
			func(_ *rapid.T, f files, name string, _ []int) { f[name] = f[name][:1] }},
	}
}

// damaged draws a damaged copy of files.
func damaged(t *rapid.T, good files) files {
	f := good.clone()
	kind := rapid.SampledFrom(damages()).Draw(t, "damage")
	name := rapid.SampledFrom(kind.files).Draw(t, "file")
	var rows []int
	for i := 1; i < len(f[name]); i++ {
		rows = append(rows, i)
	}
	if len(rows) == 0 {
		return f
	}
	rows = rapid.SliceOfNDistinct(rapid.SampledFrom(rows), 1, len(rows), rapid.ID[int]).Draw(t, "rows")
	slices.Sort(rows)
	kind.do(t, f, name, rows)
	return f
}

// String prints a damage by its name where a case is shown.
func (d damage) String() string { return d.name }
