// Package secret seals what must not be readable in a copy of the database:
// passwords and client secrets. The key is in a file of its own, DIR/keys/secrets.key,
// which only the program's account can read; replicas share a copy of it.
// Without the file, what was sealed cannot be opened again.
//
// Start with Make and Open.
package secret
