// Package obs is how an installation is watched: its log, and its metrics for
// Prometheus. Both come from what stands around the parts of a server: a watcher
// of runs and of uploads, a decorator of the directory, the handler that every
// request passes. Nothing else counts.
//
// What is logged or counted never holds a token, a secret, the signature of an
// upload address, or the name of a pupil.
//
// Start with NewLog and NewMetrics.
package obs
