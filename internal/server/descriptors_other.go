//go:build !unix

package server

// descriptors returns how many files and connections the process may have open,
// where the system has no bound that it would tell.
func descriptors() int { return manyDescriptors }
