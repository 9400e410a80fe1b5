// Package ldaptest lends tests an OpenLDAP server: one slapd a test process, and a branch of
// it for each test. Only tests use this package.
//
// Start with Open.
package ldaptest
