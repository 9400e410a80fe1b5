package installation

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"rollbook/internal/private"
)

// memory is what a data folder remembers of the installation that it belongs to,
// in a file that a person may change where the database has moved.
type memory struct {
	Installation string `json:"installation"`       // its tenant ID; "" where nothing is remembered
	Database     string `json:"database,omitempty"` // postgres://… without a password; "" for the file in the folder
}

func (f folder) remembered() (memory, error) {
	text, err := os.ReadFile(f.memory())
	if errors.Is(err, fs.ErrNotExist) {
		return memory{}, nil
	}
	var m memory
	if err == nil {
		err = json.Unmarshal(text, &m, json.RejectUnknownMembers(true))
	}
	if err == nil && m.Installation == "" {
		err = errors.New("it names no installation")
	}
	if err != nil {
		return memory{}, fmt.Errorf("read what the data folder remembers in %s: %w", f.memory(), err)
	}
	return m, nil
}

func (f folder) remember(m memory) error {
	text, err := json.Marshal(m, jsontext.Multiline(true))
	if err == nil {
		err = private.Replace(f.memory(), append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write what the data folder remembers: %w", err)
	}
	return nil
}

// withoutPassword returns the URL of a database without the secrets in it. What is
// no URL is left out, as it may hold anything.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for _, secret := range []string{"password", "sslpassword"} {
		query.Del(secret)
	}
	u.RawQuery = query.Encode()
	return u.String()
}
