package openldap

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"rollbook/internal/directory"
)

// Settings say where a directory is, and how it keeps people and groups.
type Settings struct {
	URL      string `json:"url"`               // ldaps://host, or ldap://host
	StartTLS bool   `json:"startTls,omitzero"` // of ldap://
	CA       string `json:"ca,omitempty"`      // PEM; "" for the authorities of the machine
	BindDN   string `json:"bindDn"`

	People Branch `json:"people"`
	Groups Branch `json:"groups"`
	// Placeholders are the DNs that stand for nobody where a group must have a member.
	// The first one is written; others, such as those that a server itself writes, are
	// only left out when groups are read.
	Placeholders []string `json:"placeholders,omitempty"`
	// KeepsLinks says that the server itself has groups follow accounts that are renamed or
	// deleted (OpenLDAP: the overlay refint, for member and owner). Else it is done here, with
	// a call for each group.
	KeepsLinks bool `json:"keepsLinks,omitzero"`
	// ChangePassword has whoever gets an initial password choose another one with the first
	// login (OpenLDAP: the overlay ppolicy, pwdReset).
	ChangePassword bool `json:"changePassword,omitzero"`
	// Lock is the attribute that disables an account when it has a value; "" where
	// accounts cannot be disabled.
	Lock string `json:"lock,omitempty"`
}

// Branch is where objects of a kind are kept, and how.
type Branch struct {
	Base    string   `json:"base"`              // the DN below which they are made
	Classes []string `json:"classes,omitempty"` // object classes beside those that are needed
	// Attributes are those in which the values of an object are kept, by property.
	Attributes map[directory.Property]string `json:"attributes,omitempty"`
}

// The attributes that hold an object's name, and links.
const (
	personName  = "uid"
	groupName   = "cn"
	entryID     = "entryUUID"
	memberLinks = "member"
	ownerLinks  = "owner"
	familyName  = "sn" // which a person must have
	commonName  = "cn" // which a person must have
	password    = "userPassword"
	mustChange  = "pwdReset"
)

// locked is what stands in the Lock of an account that is disabled for good (draft-behera-
// ldap-password-policy: pwdAccountLockedTime).
const locked = "000001010000Z"

// unit is what a branch is called in an error; no objects of this kind are managed.
const unit directory.Kind = "unit"

// nobody stands for nobody where no other placeholder is set.
const nobody = "cn=nobody"

// WithDefaults returns the settings with what an inetOrgPerson and a groupOfNames have by
// themselves where nothing else is set.
func (s Settings) WithDefaults() Settings {
	s.People.Attributes = over(s.People.Attributes, map[directory.Property]string{
		directory.UserPrincipalName: personName, directory.Anchor: "employeeNumber", directory.DisplayName: "displayName",
		directory.GivenName: "givenName", directory.Surname: familyName, directory.Mail: "mail", directory.PrimaryRole: "employeeType",
	})
	s.Groups.Attributes = over(s.Groups.Attributes, map[directory.Property]string{
		directory.MailNickname: groupName, directory.Anchor: "businessCategory", directory.DisplayName: "description",
	})
	if len(s.Placeholders) == 0 {
		s.Placeholders = []string{nobody}
	}
	return s
}

// over returns attributes with defaults for the properties that they lack.
func over(set, defaults map[directory.Property]string) map[directory.Property]string {
	all := maps.Clone(defaults)
	maps.Copy(all, set)
	return all
}

// Check returns what is wrong with the settings, which have their defaults.
func (s Settings) Check() error {
	address, err := url.Parse(s.URL)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "ldap" && address.Scheme != "ldaps":
		return fmt.Errorf("the address %q is not of the form ldaps://host", s.URL)
	case address.Scheme == "ldap" && !s.StartTLS && !loopback(address.Hostname()):
		return fmt.Errorf("a password is never sent in the clear: %s needs ldaps:// or StartTLS", s.URL)
	}
	for what, dn := range map[string]string{"the bind DN": s.BindDN, "the base of the people": s.People.Base, "the base of the groups": s.Groups.Base} {
		if _, err := ldap.ParseDN(dn); dn == "" || err != nil {
			return fmt.Errorf("%s, %q, is not a DN", what, dn)
		}
	}
	for _, dn := range s.Placeholders {
		if _, err := ldap.ParseDN(dn); err != nil {
			return fmt.Errorf("the placeholder %q is not a DN", dn)
		}
	}
	if _, err := s.tls(); err != nil {
		return err
	}
	for _, b := range []Branch{s.People, s.Groups} {
		if twice := repeated(slices.Collect(maps.Values(b.Attributes))); twice != "" {
			return fmt.Errorf("the attribute %s is to hold two values", twice)
		}
	}
	return nil
}

func repeated(names []string) string {
	seen := map[string]bool{}
	for _, name := range names {
		if name = strings.ToLower(name); seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// tls returns how the server is recognized.
func (s Settings) tls() (*tls.Config, error) {
	address, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	c := &tls.Config{ServerName: address.Hostname(), MinVersion: tls.VersionTLS12}
	if s.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(s.CA)) {
			return nil, errors.New("the authority is not a certificate in PEM")
		}
	}
	return c, nil
}

// branch returns where objects of a kind are kept.
func (s Settings) branch(k directory.Kind) Branch {
	if k == directory.Account {
		return s.People
	}
	return s.Groups
}

// naming returns the property that names objects of a kind, and its attribute.
func naming(k directory.Kind) (directory.Property, string) {
	if k == directory.Account {
		return directory.UserPrincipalName, personName
	}
	return directory.MailNickname, groupName
}

// classes returns the object classes of a new object.
func (s Settings) classes(k directory.Kind) []string {
	if k == directory.Account {
		return append([]string{"top", "person", "organizationalPerson", "inetOrgPerson"}, s.People.Classes...)
	}
	return append([]string{"top", "groupOfNames"}, s.Groups.Classes...)
}

// linksOf returns the attribute that holds the links of a relation.
func linksOf(r directory.Relation) string {
	if r == directory.Owner {
		return ownerLinks
	}
	return memberLinks
}
