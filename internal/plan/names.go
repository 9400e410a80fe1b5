package plan

import (
	"slices"

	"rollbook/internal/directory"
)

// names are the names of properties that the journal and the memory write as a
// letter, which halves what they keep of a person: 'a' is the first one. What was
// written before is read with them, so new ones MUST come last, and none moves.
// No property has a name of one letter.
func names() [22]string {
	return [...]string{
		directory.PropertyAnchor, directory.PropertyUserPrincipalName, directory.PropertyDisplayName,
		directory.PropertyGivenName, directory.PropertySurname, directory.PropertyMail,
		directory.PropertyAccountEnabled, directory.PropertyHasTeam, directory.PropertyMailNickname,
		directory.AttributePrimaryRole, directory.AttributeExternalID, directory.AttributeGrade,
		directory.AttributeUserNumber, directory.AttributeAgeGroup,
		directory.AttributeCourseTitle, directory.AttributeCourseCode, directory.AttributeCourseSubject,
		directory.AttributeCourseGradeLevel, directory.AttributeCourseExternalID,
		directory.AttributeAcademicSessionTitle, directory.AttributeAcademicSessionExternalID, directory.AttributeClassCode,
	}
}

// short returns a name as it is kept: a letter, or the name itself.
func short(name string) string {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	all := names()
	if i := slices.Index(all[:], name); i >= 0 {
		return letters[i : i+1]
	}
	return name
}

// long returns the name of which short made kept.
func long(kept string) string {
	if all := names(); len(kept) == 1 && 'a' <= kept[0] && int(kept[0]-'a') < len(all) {
		return all[kept[0]-'a']
	}
	return kept
}
