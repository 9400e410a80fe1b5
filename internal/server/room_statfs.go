//go:build linux || darwin

package server

import "syscall"

// roomIn returns how many bytes the disk of a folder takes from who is not root, and
// whether that can be told.
func roomIn(folder string) (bytes uint64, known bool) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return 0, false
	}
	return disk.Bavail * uint64(disk.Bsize), true
}
