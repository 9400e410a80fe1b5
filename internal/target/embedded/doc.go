// Package embedded is the directory inside Rollbook: accounts and class groups
// in tables of the store. It is no identity provider and keeps no passwords.
//
// What always holds: anchors and userPrincipalNames (without case) are unique,
// object IDs never change, and every change raises the version in the
// transaction that makes it. Pages of users and groups are in the order of their
// object IDs, which are those of creation where newID gives UUIDv7.
//
// Start with Directory; Apply is in apply.go, what is worked out ahead of it in
// prepare.go, the reading side in list.go.
package embedded
