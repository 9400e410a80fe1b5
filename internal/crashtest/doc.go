// Package crashtest holds the tests that cut syncs off and see that nothing is
// lost and nothing happens twice: whenever a sync ends, the next one of the same
// feed arrives at the directory, roster and journal of one that nobody disturbed.
//
// kill_test.go kills the program itself, at random moments. commit_test.go cuts
// the engine off before and after every commit, one by one. state_test.go says
// what is compared. All of it is done on both engines.
package crashtest
