//go:build !unix

package private

import "io/fs"

func open(fs.FileMode) bool { return false }

func refused(fs.FileInfo) bool { return false }
