package graph

import (
	"strings"

	"rollbook/internal/hosted"
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

func holdingOfUser(u hosted.User) holding {
	return holding{id: u.ID, attributes: u.Attributes, fixed: func() map[string]string { return fixedOfUser(u) }}
}

func fixedOfUser(u hosted.User) map[string]string {
	fixed := map[string]string{"AnchorId": u.Anchor}
	if strings.HasPrefix(u.Anchor, hosted.UserAnchor("")) {
		fixed["SyncSource"] = syncedSIS
	}
	role := ""
	switch u.Attributes[hosted.AttributePrimaryRole] {
	case "student":
		role = "Student"
	case "teacher", "faculty":
		role = "Teacher"
	default:
		return fixed
	}
	fixed["ObjectType"] = role
	fixed["SyncSource_"+role+"Id"] = u.Attributes[hosted.AttributeExternalID]
	fixed[role+"Number"] = u.Attributes[hosted.AttributeUserNumber]
	return fixed
}

func holdingOfGroup(g hosted.Group) holding {
	return holding{id: g.ID, attributes: g.Attributes, fixed: func() map[string]string { return fixedOfGroup(g) }}
}

func fixedOfGroup(g hosted.Group) map[string]string {
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

func holdingOfUnit(u hosted.AdministrativeUnit) holding {
	return holding{id: u.ID, attributes: u.Attributes, fixed: func() map[string]string {
		if u.School {
			return map[string]string{"ObjectType": "School"}
		}
		return nil
	}}
}
