package installation

import (
	"path/filepath"
	"strings"
	"time"
)

// MachineTimeZone returns the name of the machine's time zone, as the time zone
// database has it: what TZ says, or else what /etc/localtime is a link to. It
// returns UTC where neither names one. getenv is os.Getenv.
func MachineTimeZone(getenv func(string) string) string {
	return timeZone(getenv("TZ"), "/etc/localtime")
}

func timeZone(environment, localtime string) string {
	name := strings.TrimPrefix(environment, ":")
	if name == "" {
		target, err := filepath.EvalSymlinks(localtime)
		if err != nil {
			return time.UTC.String()
		}
		_, name, _ = strings.Cut(filepath.ToSlash(target), "/zoneinfo/")
	}
	if _, err := time.LoadLocation(name); err != nil || name == "" {
		return time.UTC.String()
	}
	return name
}
