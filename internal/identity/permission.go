package identity

import (
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/vocab"
)

// Permission is a right that a token can grant.
type Permission struct {
	Name        string
	Description string
}

// Permissions returns the permissions that Rollbook knows (industryData: the
// 16 of School Data Sync; Microsoft Graph: those of the directory).
func Permissions() []Permission {
	return []Permission{
		{"IndustryData-DataConnector.Read.All", "read data connectors"},
		{"IndustryData-DataConnector.ReadWrite.All", "manage data connectors, upload to them and have uploads validated"},
		{"IndustryData-DataConnector.Upload", "upload files to data connectors and have them validated"},
		{"IndustryData-InboundFlow.Read.All", "read inbound flows"},
		{"IndustryData-InboundFlow.ReadWrite.All", "manage inbound flows"},
		{"IndustryData-OutboundFlow.Read.All", "read flow sets and provisioning flows"},
		{"IndustryData-OutboundFlow.ReadWrite.All", "manage flow sets and provisioning flows"},
		{"IndustryData-ReferenceDefinition.Read.All", "read single reference definitions and role groups"},
		{"IndustryData-ReferenceDefinition.ReadWrite.All", "manage reference definitions"},
		{"IndustryData-Run.Read.All", "read runs and their statistics"},
		{"IndustryData-Run.Start", "start runs and read them"},
		{"IndustryData-SourceSystem.Read.All", "read source systems"},
		{"IndustryData-SourceSystem.ReadWrite.All", "manage source systems"},
		{"IndustryData-TimePeriod.Read.All", "read academic years"},
		{"IndustryData-TimePeriod.ReadWrite.All", "manage academic years"},
		{"IndustryData.ReadBasic.All", "read operations and list reference definitions and role groups"},
		{"User.ReadBasic.All", "read the names of users of the directory"},
		{"User.Read.All", "read users of the directory"},
		{"User.ReadWrite.All", "read and write users of the directory"},
		{"GroupMember.Read.All", "read groups of the directory and who is in them"},
		{"GroupMember.ReadWrite.All", "read groups of the directory and change who is in them"},
		{"Group.Create", "create groups in the directory"},
		{"Group.Read.All", "read groups of the directory"},
		{"Group.ReadWrite.All", "read and write groups of the directory"},
		{"AdministrativeUnit.Read.All", "read administrative units of the directory"},
		{"AdministrativeUnit.ReadWrite.All", "read and write administrative units of the directory"},
		{"EduRoster.ReadBasic.All", "read classes, schools and the names of their people"},
		{"EduRoster.Read.All", "read classes, schools and their people"},
		{"EduRoster.ReadWrite.All", "read and write classes, schools and their people"},
		{"Rollbook-Plan.Read.All", "read plans, what they change and why, and the limits of the guard"},
		{"Rollbook-Plan.Approve.All", "read plans, and approve or reject those that are held"},
		{"Rollbook-Plan.Create.All", "read plans, and make those that take back what a run did"},
		{"Rollbook-Decision.Write.All", "decide on people and classes (whose an account is, who is left as they are), and leave findings out of what is open"},
		{"Rollbook-Run.Read.All", "read what was wrong with the feeds"},
		{"Rollbook-Explain.Read.All", "ask why a person has an account, or is in a class, or why not"},
		{"AuditLog.Read.All", "read who changed what, and who was refused what"},
		{"Directory.Read.All", "read the whole directory"},
		{"Directory.ReadWrite.All", "read and write the whole directory"},
	}
}

// CheckPermissions returns the permissions in their canonical spelling, sorted
// and each once. Names match without case; an unknown one is an error that
// names the nearest known ones.
func CheckPermissions(names []string) ([]string, error) {
	known := make(map[string]string)
	for _, p := range Permissions() {
		known[strings.ToLower(p.Name)] = p.Name
	}
	var checked []string
	for _, name := range names {
		canonical, ok := known[strings.ToLower(strings.TrimSpace(name))]
		if !ok {
			return nil, &UnknownPermissionError{Name: name, Near: nearest(name)}
		}
		checked = append(checked, canonical)
	}
	slices.Sort(checked)
	return slices.Compact(checked), nil
}

// UnknownPermissionError says that a permission does not exist, and which ones
// are spelled like it.
type UnknownPermissionError struct {
	Name string
	Near []string
}

func (e *UnknownPermissionError) Error() string {
	return fmt.Sprintf("there is no permission %q; nearest: %s", e.Name, strings.Join(e.Near, ", "))
}

// nearest returns the three known permissions that take the fewest edits to
// spell. The prefix that most of them share is left out of the comparison, as
// people leave it out.
func nearest(name string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var candidates []candidate
	for _, p := range Permissions() {
		candidates = append(candidates, candidate{p.Name, vocab.Distance(significant(name), significant(p.Name))})
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.distance - b.distance })
	var names []string
	for _, c := range candidates[:3] {
		names = append(names, c.name)
	}
	return names
}

// significant returns the part of a permission's name that tells it from the
// others.
func significant(name string) string {
	return strings.TrimPrefix(strings.ToLower(name), "industrydata")
}
