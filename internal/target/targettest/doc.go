// Package targettest is the suite that every directory.Target MUST pass (Run), and
// the directories for tests that pass it: Memory, which is what all are compared
// with.
package targettest
