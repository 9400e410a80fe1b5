// Package activedirectory writes to Active Directory, and to Samba as a domain controller of
// one: people become user objects, class groups security groups. It keeps the contract of
// directory.Target.
//
// An object is known by its objectGUID, which no rename or move changes. The values that
// Active Directory limits or wants in a form of its own are made here: the account name of
// before Windows 2000, the password, the flag that disables an account. The rules are those
// of [MS-ADTS].
//
// Start with Settings and Open.
package activedirectory
