package ldapserver

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

// Settings say where a directory is, and where it keeps people and groups.
type Settings struct {
	URL      string `json:"url"`               // ldaps://host, or ldap://host
	StartTLS bool   `json:"startTls,omitzero"` // of ldap://
	CA       string `json:"ca,omitempty"`      // PEM; "" for the authorities of the machine
	BindDN   string `json:"bindDn"`

	People Branch `json:"people"`
	Groups Branch `json:"groups"`

	// ChangePassword has whoever gets an initial password choose another one with the first
	// login.
	ChangePassword bool `json:"changePassword,omitzero"`
}

// Branch is where objects of a kind are kept, and how.
type Branch struct {
	Base    string   `json:"base"`              // the DN below which they are made
	Units   string   `json:"units,omitempty"`   // where below Base, such as OU={grade},OU={primaryRole}; "" for right there
	Classes []string `json:"classes,omitempty"` // object classes beside those that are needed
	// Attributes are those in which the values of an object are kept, by property.
	Attributes map[directory.Property]string `json:"attributes,omitempty"`
}

// Over returns attributes with defaults for the properties that they lack.
func Over(set, defaults map[directory.Property]string) map[directory.Property]string {
	all := maps.Clone(defaults)
	maps.Copy(all, set)
	return all
}

// Check returns what is wrong with the settings. inClear allows that a password is sent in
// the clear to the machine itself.
func (s Settings) Check(inClear bool) error {
	address, err := url.Parse(s.URL)
	switch {
	case err != nil || address.Host == "" || address.Scheme != "ldap" && address.Scheme != "ldaps":
		return fmt.Errorf("the address %q is not of the form ldaps://host", s.URL)
	case address.Scheme == "ldap" && !s.StartTLS && !(inClear && loopback(address.Hostname())):
		return fmt.Errorf("a password is never sent in the clear: %s needs ldaps:// or StartTLS", s.URL)
	}
	for what, dn := range map[string]string{"the base of the people": s.People.Base, "the base of the groups": s.Groups.Base} {
		if _, err := ldap.ParseDN(dn); dn == "" || err != nil {
			return fmt.Errorf("%s, %q, is not a DN", what, dn)
		}
	}
	if _, err := s.tls(); err != nil {
		return err
	}
	for _, b := range []Branch{s.People, s.Groups} {
		if err := b.checkUnits(); err != nil {
			return err
		}
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
			return nil, errors.New("the authority is not a certificate in PEM that can be read")
		}
	}
	return c, nil
}
