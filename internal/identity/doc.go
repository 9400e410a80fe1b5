// Package identity answers who calls: it issues tokens to clients, checks the
// tokens that requests carry, its own and those of outside issuers, and knows
// the permissions that a token may grant. What a permission allows is decided
// by the surface that is called.
//
// A secret is shown once, when it is made; only its hash is kept. No token and
// no secret is ever logged or part of an error.
//
// Start with Authenticator.Authenticate and Issuer.
package identity
