// Package upload takes the files of a feed: it hands out upload sessions, takes
// files over a part of the protocols of Azure Data Lake Storage Gen2 and Azure
// Blob Storage, checks what was uploaded, and keeps it for the next run.
//
// An upload is a container: a folder that takes files while it is open, is
// checked once, and is removed when a run has taken it or its time is over.
// Whoever has a session's URL may write to its container, and nothing else.
//
// Start with Service.
package upload
