// Package server puts the parts together: Parts is an installation as every
// command opens it, Server is one that answers requests and works on runs.
//
// Start with Open, then New, Server.Start and Server.Stop.
package server
