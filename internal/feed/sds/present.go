package sds

import (
	"slices"
	"strings"

	"rollbook/internal/feed"
)

// required says whether a file must be there and have rows. Classes and
// enrollments go together: one without the other would end every membership
// (SDS: V2.1 files).
func (s *Source) required(file *file) bool {
	switch file.part {
	case feed.Orgs, feed.People, feed.Affiliations:
		return true
	case feed.Classes, feed.Enrollments:
		return s.files.has(classesFile) || s.files.has(enrollmentsFile)
	default:
		return false
	}
}

// alwaysHasRows reports whether a part without rows is never right. Classes may be
// none, as long as there never were any: the loader knows.
func alwaysHasRows(part feed.Part) bool {
	return part == feed.Orgs || part == feed.People || part == feed.Affiliations
}

// checkPresent refuses a feed that lacks required files, naming all of them.
func (s *Source) checkPresent() error {
	var missing []string
	for _, file := range files() {
		if s.required(file) && !s.files.has(file.name) {
			missing = append(missing, file.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if format := s.otherFormat(); format != "" {
		return refuse(feed.Finding{
			Rule: feed.RuleFormatUnread, File: missing[0],
			Message: "these are files of the format " + format + ", which Rollbook does not read",
			Hint:    "Export in the format SDS V2.1 (School Data Sync, V2.1 CSV).",
		})
	}
	message := "the required file " + missing[0] + " is missing"
	if len(missing) > 1 {
		message = "required files are missing: " + strings.Join(missing, ", ")
	}
	return refuse(feed.Finding{
		Rule: feed.RuleFileNotFound, File: missing[0], Message: message, Hint: s.missingHint(missing),
	})
}

// missingHint says why files may seem missing, as far as the other names tell.
func (s *Source) missingHint(missing []string) string {
	others := s.files.names()
	var mistyped []string
	for _, other := range others {
		if slices.Contains(missing, near(other)) && !isV1(other) {
			mistyped = append(mistyped, "There is a "+other+". "+strayHint(other))
		}
	}
	if len(mistyped) > 0 {
		return strings.Join(mistyped, " ")
	}
	if missing[0] == classesFile || missing[0] == enrollmentsFile {
		return "classes.csv and enrollments.csv belong together: add the missing one, or leave both out to manage people only."
	}
	return "Check that the export finished and that its files were put at the top of this folder or archive. " +
		"orgs.csv, users.csv and roles.csv are always needed."
}

// otherFormat returns the name of another format whose files these are, "" where they
// are of none that is known.
func (s *Source) otherFormat() string {
	has := func(names ...string) bool {
		others := s.files.names()
		for i := range others {
			others[i] = strings.ToLower(others[i])
		}
		return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(others, name) })
	}
	switch {
	case has("manifest.csv"):
		return "OneRoster CSV"
	case has("locations.csv", "rosters.csv"), has("students.csv", "staff.csv", "locations.csv"):
		return "Apple School Manager"
	case has("schools.csv", "sections.csv"), has("schools.csv", "students.csv"):
		return "Clever"
	case !s.files.has("orgs.csv") && slices.ContainsFunc(s.files.names(), isV1):
		return "SDS V1"
	case has("orgs.csv", "users.csv") && !s.files.has("roles.csv") && s.hasColumn("users.csv", "role"):
		return "SDS V2 (its roles stand in users.csv, and it has no roles.csv)"
	}
	return ""
}

// hasColumn reports whether a file has a header of that name.
func (s *Source) hasColumn(file, name string) bool {
	if !s.files.has(file) {
		return false
	}
	t, err := s.table(fileNamed(file))
	if err != nil {
		return false
	}
	defer t.Close()
	return slices.ContainsFunc(t.header, func(h string) bool { return looseName(h) == name })
}

// isV1 reports whether a file is one of format SDS V1.
func isV1(name string) bool {
	switch strings.ToLower(name) {
	case "school.csv", "section.csv", "student.csv", "teacher.csv", "studentenrollment.csv", "teacherroster.csv",
		"guardianrelationship.csv":
		return true
	}
	return false
}
