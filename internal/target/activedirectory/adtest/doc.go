// Package adtest starts Samba as the domain controller of an Active Directory for tests. It
// lives as long as the test binary, on a loopback address of its own, as the ports of LDAP
// are fixed.
package adtest
