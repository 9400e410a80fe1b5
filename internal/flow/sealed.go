package flow

// Sealed is a secret that was encrypted when it arrived. The wire never shows it.
type Sealed string

// Sealer encrypts secrets, and opens them again for the one use they are kept for.
type Sealer interface {
	// Seal returns the secret encrypted. Sealing one secret twice gives
	// different results.
	Seal(secret string) (Sealed, error)
	// Open returns what was sealed.
	Open(sealed Sealed) (string, error)
	// Code returns a keyed code of a secret: equal for equal secrets, useless
	// without the key.
	Code(secret string) string
}
