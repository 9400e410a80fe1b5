package activedirectory

import (
	"cmp"
	"errors"
	"fmt"

	"rollbook/internal/directory"
	"rollbook/internal/target/ldapserver"
)

// Settings say where a domain controller is, and how people and groups are kept. BindDN is
// a DN or a user principal name.
type Settings struct {
	ldapserver.Settings
	// Owners is the attribute of a group that holds its owners. managedBy, which every
	// schema has, holds one; msExchCoManagedByLink, which Exchange brings, any number.
	Owners string `json:"owners,omitempty"`
	// MostLinks is how many links one call changes; 1,000 where nothing else is set.
	MostLinks int `json:"mostLinks,omitzero"`
}

// The attributes that are written beside those of the values.
const (
	commonName   = "cn"
	accountName  = "sAMAccountName"
	userName     = "userPrincipalName"
	memberLinks  = "member"
	managedBy    = "managedBy" // holds one
	control      = "userAccountControl"
	groupType    = "groupType"
	password     = "unicodePwd"
	passwordSet  = "pwdLastSet"
	mayMakeBelow = "allowedChildClassesEffective"
	mayWrite     = "allowedAttributesEffective"
)

// mostLinks is how many links one call changes: a domain controller takes some thousands.
const mostLinks = 1000

// WithDefaults returns the settings with what a user and a group have by themselves where
// nothing else is set.
func (s Settings) WithDefaults() Settings {
	s.People.Attributes = ldapserver.Over(s.People.Attributes, map[directory.Property]string{
		directory.UserPrincipalName: userName, directory.Anchor: "employeeNumber", directory.DisplayName: "displayName",
		directory.GivenName: "givenName", directory.Surname: "sn", directory.Mail: "mail", directory.PrimaryRole: "employeeType",
	})
	s.Groups.Attributes = ldapserver.Over(s.Groups.Attributes, map[directory.Property]string{
		directory.MailNickname: commonName, directory.Anchor: "adminDescription", directory.DisplayName: "displayName",
	})
	s.Owners = cmp.Or(s.Owners, managedBy)
	s.MostLinks = cmp.Or(s.MostLinks, mostLinks)
	return s
}

// Check returns what is wrong with the settings, which have their defaults.
func (s Settings) Check() error {
	if s.BindDN == "" {
		return errors.New("nobody is named who logs in: a DN, or a user principal name")
	}
	if s.MostLinks < 1 {
		return fmt.Errorf("%d links a call are none", s.MostLinks)
	}
	return s.Settings.Check(false)
}
