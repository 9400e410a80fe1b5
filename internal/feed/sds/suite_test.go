package sds_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rollbook/internal/feed"
	"rollbook/internal/feed/feedtest"
	"rollbook/internal/feed/sds"
	"rollbook/internal/roster"
	"rollbook/internal/vocab"
)

func TestSource(t *testing.T) {
	t.Parallel()
	feedtest.Run(t, func(t *testing.T, district feedtest.District) feed.Source {
		t.Helper()
		dir := t.TempDir()
		for _, part := range district.Parts {
			writePart(t, dir, part, district)
		}
		source, err := sds.Open(dir, sds.Options{Lists: vocab.NewLists(vocab.Seed())})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { source.Close() })
		return source
	})
}

func writePart(t *testing.T, dir string, part feed.Part, district feedtest.District) {
	t.Helper()
	name, header := partFile(part)
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := csv.NewWriter(file)
	records := [][]string{strings.Split(header, ",")}
	for _, row := range district.Rows {
		if row.Part == part {
			records = append(records, fields(row))
		}
	}
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
}

func partFile(part feed.Part) (name, header string) {
	files := [][2]string{
		{"orgs.csv", "sourcedId,name,type,parentSourcedId"},
		{"academicSessions.csv", "sourcedId,title,type,schoolYear,startDate,endDate"},
		{"courses.csv", "sourcedId,orgSourcedId,title,code,schoolYearSourcedId,subject,grade"},
		{"users.csv", "sourcedId,username,familyName,givenName,password,activeDirectoryMatchId,email,phone,sms"},
		{"roles.csv", "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate"},
		{"classes.csv", "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code"},
		{"enrollments.csv", "classSourcedId,userSourcedId,role"},
		{"demographics.csv", "userSourcedId,sex,birthDate,birthCity,birthState,birthCountry,ethnicityCodes,raceCodes"},
		{"userFlags.csv", "userSourcedId,flag"},
		{"relationships.csv", "userSourcedId,relationshipUserSourcedId,relationshipRole"},
	}
	return files[part][0], files[part][1]
}

func fields(row feedtest.Row) []string {
	list := func(items []string) string { return strings.Join(items, ",") }
	switch v := row.Value.(type) {
	case roster.Org:
		return []string{v.SourcedID, v.Name, v.Type, v.ParentSourcedID}
	case roster.Session:
		return []string{v.SourcedID, v.Title, v.Type, fmt.Sprint(v.SchoolYear), v.Start.String(), v.End.String()}
	case roster.Course:
		return []string{v.SourcedID, v.OrgSourcedID, v.Title, v.Code, v.SchoolYearSourcedID, list(v.Subjects), list(v.Grades)}
	case roster.Person:
		return []string{
			v.SourcedID, v.Username, v.FamilyName, v.GivenName, v.Password, v.ActiveDirectoryMatchID, v.Email, v.Phone, v.SMS,
		}
	case roster.Affiliation:
		return []string{
			row.Person, v.OrgSourcedID, v.Role, v.SessionSourcedID, v.Grade, string(v.IsPrimary), v.Start.String(), v.End.String(),
		}
	case roster.Class:
		return []string{v.SourcedID, v.OrgSourcedID, v.Title, list(v.SessionSourcedIDs), v.CourseSourcedID, v.Code}
	case feedtest.Enrollment:
		return []string{v.Class, v.Person, v.Role}
	case roster.Demographics:
		return slices.Concat([]string{row.Person, v.Sex, v.BirthDate.String(), v.BirthCity, v.BirthState, v.BirthCountry},
			[]string{list(v.Ethnicities), list(v.Races)})
	case string:
		return []string{row.Person, v}
	case roster.Contact:
		return []string{row.Person, v.PersonSourcedID, v.Relationship}
	}
	panic(fmt.Sprintf("a row of type %T", row.Value))
}
