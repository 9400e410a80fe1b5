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
		return s.opts.Classes || s.files.has(classesFile) || s.files.has(enrollmentsFile)
	default:
		return false
	}
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
	for _, other := range others {
		if isV1(other) {
			return "There is a " + other + ", which belongs to the older format SDS V1. Export in format SDS V2.1."
		}
	}
	if missing[0] == classesFile || missing[0] == enrollmentsFile {
		return "classes.csv and enrollments.csv belong together: add the missing one, or leave both out to manage people only."
	}
	return "Check that the export finished and that its files were put at the top of this folder or archive. " +
		"orgs.csv, users.csv and roles.csv are always needed."
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
