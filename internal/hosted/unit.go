package hosted

import "maps"

// AdministrativeUnit is a part of a directory that is administered for itself.
// Users and groups belong to it. A school is one that says about itself what
// schools do.
type AdministrativeUnit struct {
	ID          string // given by the directory, never changes
	DisplayName string
	School      bool // shown as a school too

	// Attributes are everything else, by the names of the Graph API
	// (administrativeUnit, educationSchool); what is inside of an address as
	// "address/city".
	Attributes map[string]string
}

// With returns the unit after what set says, by property name, and leaves u as
// it is.
func (u AdministrativeUnit) With(set map[string]*string) AdministrativeUnit {
	u.Attributes = maps.Clone(u.Attributes)
	for property, value := range set {
		if property == PropertyDisplayName {
			u.DisplayName = textOf(value)
		} else {
			setAttribute(&u.Attributes, property, value)
		}
	}
	return u
}
