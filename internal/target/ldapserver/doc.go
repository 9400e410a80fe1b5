// Package ldapserver is what directories that are reached over LDAP share: connections,
// reading page after page, and writing so that the contract of directory.Target is kept. A
// Layout says how a kind of server keeps accounts and class groups.
//
// An object is known by an identity that no rename changes; where it stands (its DN) follows
// its name.
//
// Start with Layout and Open.
package ldapserver
