package simulate

import (
	"fmt"
	"strings"
)

// Scale is how large a district is.
type Scale struct {
	Users   int // students and staff
	Classes int
}

// ParseScale returns the scale of a name: S, M, L or XL. Each has about 7.5
// enrollments a user.
func ParseScale(name string) (Scale, error) {
	switch strings.ToUpper(name) {
	case "S":
		return Scale{Users: 5_000, Classes: 1_010}, nil
	case "M":
		return Scale{Users: 64_000, Classes: 12_900}, nil
	case "L":
		return Scale{Users: 448_000, Classes: 90_200}, nil
	case "XL":
		return Scale{Users: 993_000, Classes: 200_000}, nil
	}
	return Scale{}, fmt.Errorf("scale %q is not one of S, M, L, XL", name)
}
