// Package installation opens an installation, and makes one: a database, the keys
// that belong to it, and the data folder that holds them and remembers the database.
//
// An installation is made by Create and by nothing else. What is missing of one
// that was made, or belongs to another one, is an error that says what to do: no
// part is ever made anew in silence. Nothing is written to the database before it
// is clear that it is the right one and of a release that this one can go on from.
//
// Start with Open and Create.
package installation
