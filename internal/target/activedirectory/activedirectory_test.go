package activedirectory_test

import (
	"crypto/rand"
	"testing"

	"rollbook/internal/directory"
	"rollbook/internal/target/activedirectory"
	"rollbook/internal/target/activedirectory/adtest"
	"rollbook/internal/target/ldapserver"
	"rollbook/internal/target/targettest"
)

// settings are those with an attribute for everything that the suite writes, and one for
// owners that holds any number of them.
func settings(b adtest.Branch) activedirectory.Settings {
	return activedirectory.Settings{Owners: adtest.CoManagers, MostLinks: 2, Settings: ldapserver.Settings{
		URL: b.URL, CA: b.CA, BindDN: adtest.Admin,
		People: ldapserver.Branch{Base: b.People, Attributes: map[directory.Property]string{
			directory.ExternalID: "physicalDeliveryOfficeName", directory.Grade: "department", directory.CourseTitle: "title",
		}},
		Groups: ldapserver.Branch{Base: b.Groups, Attributes: map[directory.Property]string{
			directory.Description: "description", directory.CourseTitle: "info", directory.HasTeam: "wWWHomePage",
		}},
	}}
}

func open(t *testing.T, s activedirectory.Settings, password string) *activedirectory.Target {
	t.Helper()
	target, err := activedirectory.Open(s, password, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = target.Close() })
	return target
}

func TestTarget(t *testing.T) {
	t.Parallel()
	targettest.RunSmall(t, func(t *testing.T) (directory.Target, targettest.Hand) {
		s := settings(adtest.Open(t))
		return open(t, s, adtest.Password), targettest.HandOf(open(t, s, adtest.Password))
	})
}
