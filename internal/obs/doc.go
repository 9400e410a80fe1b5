// Package obs is how an installation is watched: its log. What is logged never
// holds a token, a secret, the signature of an upload address, or the name of
// a pupil.
package obs
