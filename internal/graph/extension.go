package graph

import (
	"strings"

	"rollbook/internal/directory"
)

// educationPrefix begins the names of the extensions that School Data Sync writes:
// those of Microsoft's own application for education.
const educationPrefix = "extension_fe2174665583431c953114ff7268b7b3_Education_"

// educationExtension returns the name of an extension of School Data Sync without
// its beginning, and "" for others.
func educationExtension(name string) string {
	short, ok := strings.CutPrefix(name, educationPrefix)
	if !ok {
		return ""
	}
	return short
}

// The sources that Microsoft's extensions name.
const (
	syncedSIS    = "SIS"
	syncedManual = "Manual"
)

func holdingOfUser(u directory.User) holding {
	return holding{id: u.ID, attributes: u.Attributes, fixed: func() map[string]string { return fixedOfUser(u) }}
}

func fixedOfUser(u directory.User) map[string]string {
	fixed := map[string]string{"AnchorId": u.Anchor}
	if strings.HasPrefix(u.Anchor, directory.UserAnchor("")) {
		fixed["SyncSource"] = syncedSIS
	}
	role := ""
	switch u.Attributes[directory.AttributePrimaryRole] {
	case "student":
		role = "Student"
	case "teacher", "faculty":
		role = "Teacher"
	default:
		return fixed
	}
	fixed["ObjectType"] = role
	fixed["SyncSource_"+role+"Id"] = u.Attributes[directory.AttributeExternalID]
	fixed[role+"Number"] = u.Attributes[directory.AttributeUserNumber]
	return fixed
}

func holdingOfGroup(g directory.Group) holding {
	return holding{id: g.ID, attributes: g.Attributes, fixed: func() map[string]string { return fixedOfGroup(g) }}
}

func fixedOfGroup(g directory.Group) map[string]string {
	externalID, provisioned, isClass := g.Class()
	if !isClass {
		return nil
	}
	fixed := map[string]string{"ObjectType": "Section", "AnchorId": g.Anchor, "SyncSource": syncedManual, "SyncSource_SectionId": externalID}
	if provisioned {
		fixed["SyncSource"] = syncedSIS
	}
	if externalID == g.Attributes[unnamedClass] {
		delete(fixed, "AnchorId")
		delete(fixed, "SyncSource_SectionId")
	}
	return fixed
}

func holdingOfUnit(u directory.AdministrativeUnit) holding {
	return holding{id: u.ID, attributes: u.Attributes, fixed: func() map[string]string {
		if u.School {
			return map[string]string{"ObjectType": "School"}
		}
		return nil
	}}
}
