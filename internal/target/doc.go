// Package target is what the directories that Rollbook writes to share. Each of
// them is an implementation of directory.Target in a package of its own below this
// one; packages retry, limit and dryrun are around any of them.
package target
