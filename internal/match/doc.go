// Package match joins people to accounts: it decides which role group a person
// is in, what the matching rules look them up by, and whose account that is.
//
// A person is never joined to an account that more than one person claims.
//
// Start with Rules, then Find.
package match
