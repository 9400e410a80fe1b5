package postgres

// Translate maps an error of the driver.
func Translate(err error) error { return translator{where: "server/database"}.translate(err) }

// Password returns the password that a connection to url is made with.
func Password(url string) string {
	settings, _, err := parse(url)
	if err != nil {
		return ""
	}
	return settings.ConnConfig.Password
}
