// Package private keeps files for the account that runs the program alone: the
// database, keys and uploads are children's data, or open it.
//
// What the program makes has mode 0600, and its folders 0700, whatever the umask
// is. A folder or a database that others may read or enter is closed to them; a
// secret that others may read is refused, because they may have read it already.
// Windows has no such modes: there the folder's access list decides.
//
// Start with Folder and Read.
package private
