// Package tables keeps the hosted directory (package hosted) in tables of the
// store. It is no identity provider and keeps no passwords.
//
// What always holds: anchors and userPrincipalNames (without case) are unique,
// object IDs never change, and every change raises the version in the
// transaction that makes it. Pages of users and groups are in the order of their
// object IDs, which are those of creation where newID gives UUIDv7.
//
// Start with Directory; what runs do is in apply.go, what people do in change.go,
// the reading side in list.go.
package tables
