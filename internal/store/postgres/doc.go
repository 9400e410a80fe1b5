// Package postgres keeps the store in PostgreSQL, for several replicas.
//
// Writes are serializable and repeated where PostgreSQL asks for it, so that
// they behave as the one-at-a-time writes of SQLite do; the server lets them
// share commits. Replicas that start together bring the schema up to date one
// after the other.
//
// Start with Open.
package postgres
