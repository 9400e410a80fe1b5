// Package openldap writes to OpenLDAP, and to servers that keep the same standards: people
// as inetOrgPerson, class groups as groupOfNames. It keeps the contract of
// directory.Target.
//
// An object is known by its entryUUID, which no rename changes; where it stands (its DN)
// follows its name. Nothing is asked of the server but RFC 4511 to 4519, paged results
// (RFC 2696) and entryUUID (RFC 4530).
//
// Start with Settings and Open.
package openldap
