// Package hosted is the directory that Rollbook hosts, a product of its own: what
// is in it (users, groups, administrative units), what can be asked of it (pages,
// filters, what changed) and what may be done to it (effects). Microsoft Graph's
// surface shows it and writes to it; runs write to it by package target/hosted, as
// to any other directory. Package hosted/tables keeps it.
//
// Start with User, Group and Effect.
package hosted
