// Package hosted lets Rollbook write to the directory that it hosts, as to any
// other one: it keeps the contract of directory.Target.
package hosted
