package installation

// TimeZone is MachineTimeZone of another machine.
var TimeZone = timeZone

// WithoutPassword is how the URL of a database is shown and remembered.
var WithoutPassword = withoutPassword
