// Package audit is the log of who changed what and who was refused what, and the
// address at which it is read: /rollbook/v1/audit.
//
// A record holds no secrets and is never changed. One of a change is durable
// before the change is answered. Callers who are refused cannot fill the log: of
// each only so many records are kept in a minute, and the next one says how many
// there were besides.
//
// Start with Recorder, which takes records, and Records, which shows them.
package audit
