package postgres

// Translate maps an error of the driver.
func Translate(err error) error { return translator{where: "server/database"}.translate(err) }
