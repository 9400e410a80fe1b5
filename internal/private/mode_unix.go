//go:build unix

package private

import (
	"io/fs"
	"os"
	"syscall"
)

func open(mode fs.FileMode) bool { return mode&others != 0 }

func refused(info fs.FileInfo) bool {
	owner := os.Geteuid()
	if status, ok := info.Sys().(*syscall.Stat_t); ok {
		owner = int(status.Uid)
	}
	return readable(info.Mode().Perm(), owner, os.Geteuid())
}

// readable reports whether a file of the mode and owner can be read, or replaced,
// by others than those whom the account trusts.
func readable(mode fs.FileMode, owner, account int) bool {
	const groupReads = 0o040
	if owner == 0 && account != 0 {
		mode &^= groupReads
	}
	return open(mode)
}
