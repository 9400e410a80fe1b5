package openldap

import (
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
	"rollbook/internal/target/ldapserver"
)

// Settings say where a directory is, and how it keeps people and groups.
type Settings struct {
	ldapserver.Settings
	// Placeholders are the DNs that stand for nobody, as a group must have a member.
	// The first one is written; others, such as those that a server itself writes, are
	// only left out when groups are read.
	Placeholders []string `json:"placeholders,omitempty"`
	// KeepsLinks says that the server itself has groups follow accounts that are renamed or
	// deleted (the overlay refint, for member and owner). Else it is done here, with a call
	// for each group.
	KeepsLinks bool `json:"keepsLinks,omitzero"`
	// Lock is the attribute that disables an account when it has a value; "" where
	// accounts cannot be disabled.
	Lock string `json:"lock,omitempty"`
}

// The attributes that hold an object's name, and links.
const (
	personName  = "uid"
	groupName   = "cn"
	memberLinks = "member"
	ownerLinks  = "owner"
	familyName  = "sn" // which a person must have
	commonName  = "cn" // which a person must have
	password    = "userPassword"
	mustChange  = "pwdReset" // of the overlay ppolicy
)

// locked is what stands in the Lock of an account that is disabled for good (draft-behera-
// ldap-password-policy: pwdAccountLockedTime).
const locked = "000001010000Z"

// nobody stands for nobody where no other placeholder is set.
const nobody = "cn=nobody"

// WithDefaults returns the settings with what an inetOrgPerson and a groupOfNames have by
// themselves where nothing else is set.
func (s Settings) WithDefaults() Settings {
	s.People.Attributes = ldapserver.Over(s.People.Attributes, map[directory.Property]string{
		directory.UserPrincipalName: personName, directory.Anchor: "employeeNumber", directory.DisplayName: "displayName",
		directory.GivenName: "givenName", directory.Surname: familyName, directory.Mail: "mail", directory.PrimaryRole: "employeeType",
	})
	s.Groups.Attributes = ldapserver.Over(s.Groups.Attributes, map[directory.Property]string{
		directory.MailNickname: groupName, directory.Anchor: "businessCategory", directory.DisplayName: "description",
	})
	if len(s.Placeholders) == 0 {
		s.Placeholders = []string{nobody}
	}
	return s
}

// Check returns what is wrong with the settings, which have their defaults.
func (s Settings) Check() error {
	if _, err := ldap.ParseDN(s.BindDN); s.BindDN == "" || err != nil {
		return fmt.Errorf("the bind DN, %q, is not a DN", s.BindDN)
	}
	for _, dn := range s.Placeholders {
		if _, err := ldap.ParseDN(dn); err != nil {
			return fmt.Errorf("the placeholder %q is not a DN", dn)
		}
	}
	return s.Settings.Check(true)
}
