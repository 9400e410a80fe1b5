// Package schema looks at a database before it is opened for good: whether it
// holds an installation, and whether this release can go on from it. Looking
// writes nothing.
//
// Start with Look.
package schema
