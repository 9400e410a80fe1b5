// Package config is what an installation is told when it starts: where its
// data lies and how it is reached. Flags come before environment variables,
// those before defaults.
//
// Start with Config.
package config
