package feedtest

import (
	"fmt"
	"slices"

	"rollbook/internal/feed"
	"rollbook/internal/roster"
)

// District is what a school says, as its system might write it: values need
// not be canonical. Rows has no File and no Line.
type District struct {
	Parts []feed.Part // what it holds, also without rows
	Rows  []Row
}

func (d *District) add(part feed.Part, person string, value any) {
	d.Rows = append(d.Rows, Row{Part: part, Person: person, Value: value})
}

// lacking returns the district without some parts.
func (d District) lacking(parts ...feed.Part) District {
	return District{
		Parts: slices.DeleteFunc(slices.Clone(d.Parts), func(p feed.Part) bool { return slices.Contains(parts, p) }),
		Rows:  slices.DeleteFunc(slices.Clone(d.Rows), func(r Row) bool { return slices.Contains(parts, r.Part) }),
	}
}

// with returns the district with more rows in a part.
func (d District) with(part feed.Part, person string, values ...any) District {
	d.Rows = slices.Clone(d.Rows)
	for _, value := range values {
		d.add(part, person, value)
	}
	slices.SortStableFunc(d.Rows, func(a, b Row) int { return int(a.Part) - int(b.Part) })
	return d
}

func allParts() []feed.Part {
	return []feed.Part{
		feed.Orgs, feed.Sessions, feed.Courses, feed.People, feed.Affiliations, feed.Classes, feed.Enrollments,
		feed.Demographics, feed.Flags, feed.Contacts,
	}
}

// town is a district with something in every part, all canonical.
func town() District {
	d := District{Parts: allParts()}
	d.add(feed.Orgs, "", roster.Org{SourcedID: "D", Name: "Town", Type: "district"})
	d.add(feed.Orgs, "", roster.Org{SourcedID: "S", Name: `The "Old", School`, Type: "school", ParentSourcedID: "D"})
	d.add(feed.Sessions, "", roster.Session{
		SourcedID: "Y", Title: "2026-2027", Type: "schoolYear", SchoolYear: 2027, Start: 20260801, End: 20270731,
	})
	d.add(feed.Courses, "", roster.Course{
		SourcedID: "C", OrgSourcedID: "S", Title: "Algebra", Code: "ALG", SchoolYearSourcedID: "Y",
		Subjects: []string{"02", "03"}, Grades: []string{"09", "10"},
	})
	d.add(feed.People, "", roster.Person{
		SourcedID: "P1", Username: "zoe", GivenName: "Zoé", FamilyName: "Łukasz-佐藤", Email: "zoe@town.example",
		Phone: "+15550100", SMS: "+15550101", ActiveDirectoryMatchID: "zoe-1", Password: "Harbor-27",
	})
	d.add(feed.People, "", roster.Person{SourcedID: "p1", Username: "minh", GivenName: "Minh", FamilyName: "O'Neil"})
	d.add(feed.Affiliations, "P1", roster.Affiliation{
		OrgSourcedID: "S", Role: "officeStaff", SessionSourcedID: "Y", IsPrimary: roster.True, Start: 20260801, End: 20270731,
	})
	d.add(feed.Affiliations, "p1", roster.Affiliation{OrgSourcedID: "S", Role: "student", Grade: "09"})
	d.add(feed.Classes, "", roster.Class{
		SourcedID: "K", OrgSourcedID: "S", Title: "Algebra, Period 1", SessionSourcedIDs: []string{"Y", "T"},
		CourseSourcedID: "C", Code: "ALG-1",
	})
	d.add(feed.Enrollments, "", Enrollment{"K", "P1", "teacher"})
	d.add(feed.Enrollments, "", Enrollment{"K", "p1", "student"})
	d.add(feed.Demographics, "p1", roster.Demographics{
		Sex: "female", BirthDate: 20110930, BirthCity: "Oslo", BirthState: "OS", BirthCountry: "NO",
		Ethnicities: []string{"hispanicOrLatinoEthnicity"}, Races: []string{"asian", "white"},
	})
	d.add(feed.Flags, "p1", "ELL")
	d.add(feed.Contacts, "p1", roster.Contact{PersonSourcedID: "P1", Relationship: "parent"})
	return d
}

// sloppy is town as a careless system writes it: codes in other cases, a grade
// without its zero, blanks around values, an address in capitals.
func sloppy() District {
	d := town()
	for i, row := range d.Rows {
		switch v := row.Value.(type) {
		case roster.Org:
			v.Type, v.Name = "SCHOOL", "  "+v.Name+" "
			if v.SourcedID == "D" {
				v.Type = "District"
			}
			d.Rows[i].Value = v
		case roster.Session:
			v.Type = "SchoolYear"
			d.Rows[i].Value = v
		case roster.Course:
			v.Grades = []string{"9", " 10"}
			d.Rows[i].Value = v
		case roster.Person:
			if v.Email != "" {
				v.Email = "Zoe@Town.EXAMPLE"
			}
			d.Rows[i].Value = v
		case roster.Affiliation:
			if v.Role == "officeStaff" {
				v.Role, v.IsPrimary = "OfficeStaff", "TRUE"
			} else {
				v.Grade = "9"
			}
			d.Rows[i].Value = v
		case Enrollment:
			v.Role = "\t" + v.Role
			d.Rows[i].Value = v
		}
	}
	return d
}

// crowd returns many students of the town.
func crowd(n int) []any {
	var people []any
	for i := range n {
		id := fmt.Sprintf("Q%d", i)
		people = append(people, roster.Person{SourcedID: id, Username: "user-" + id})
	}
	return people
}
