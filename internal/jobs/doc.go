// Package jobs sees to it that runs are done: by exactly one process at a
// time, at once after a restart, and by another process when one dies.
//
// Runs are rows of their own tables, and a lease in the database says who
// works on them. A general job queue was not taken: there is one kind of job,
// and queues give up on a killed worker only after the longest job's time.
//
// Start with Runner, which a server starts, and Leases.Do, which every process
// that works on runs goes through.
package jobs
