// Package schema knows the members that Microsoft Graph's schema of users, groups,
// administrative units and education has beyond those that Rollbook has tables
// for: what each is, whether it is kept, and if not, why. Whoever sends one of
// them has made no mistake in writing.
//
// Start with members.tsv.
package schema
