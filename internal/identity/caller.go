package identity

import "slices"

// Caller is who makes a request, as an accepted token says.
//
// A Caller may come from a cache and be shared by several requests: its
// Permissions MUST NOT be changed.
type Caller struct {
	ID          string // of the client, or of the person a delegated token speaks for
	Name        string // for logs and reports
	App         string // ID of the client, whoever it speaks for
	Delegated   bool   // speaks for a person (scp) rather than for itself (roles)
	Permissions []string
}

// Identity returns who calls, and a name for people to read.
func (c Caller) Identity() (id, name string) { return c.ID, c.Name }

// Program returns the ID of the client, whoever it speaks for.
func (c Caller) Program() string { return c.App }

// Has reports whether the caller was granted one of the permissions. Which
// permissions do for which request is the surface's to know.
func (c Caller) Has(anyOf ...string) bool {
	return slices.ContainsFunc(anyOf, func(p string) bool {
		return slices.Contains(c.Permissions, p)
	})
}
