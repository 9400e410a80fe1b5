package private

// Readable reports whether a file is refused as a secret.
var Readable = readable
