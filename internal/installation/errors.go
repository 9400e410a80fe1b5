package installation

import (
	"errors"
	"fmt"
)

// MissingError says that there is no installation where one was looked for, and
// how to come to one.
type MissingError struct {
	Data     string // the data folder
	Makeable bool   // Create would make one there
	why      string
}

func (e *MissingError) Error() string { return e.why }

// IsMakeable reports whether err is a MissingError of a place where Create would
// make an installation.
func IsMakeable(err error) bool {
	missing, ok := errors.AsType[*MissingError](err)
	return ok && missing.Makeable
}

// ExistsError says that an installation cannot be made where one is.
type ExistsError struct {
	Data     string
	Database string // without a password
}

func (e *ExistsError) Error() string {
	return fmt.Sprintf("there is an installation in %s already, with the database %s; nothing was changed", e.Data, e.Database)
}

// WrongError says that something that an installation is to be made with cannot be.
type WrongError struct{ why string }

func (e *WrongError) Error() string { return e.why }

func (f found) none() error {
	return &MissingError{f.data(), true, fmt.Sprintf("there is no installation in %s: make one with rollbook init, "+
		"or with a first rollbook sync PATH --domain school.example, or name the folder of one with --data", f.data())}
}

func (f found) unfinished() error {
	return &MissingError{f.data(), true, fmt.Sprintf("the installation in %s was begun, and not made to its end: run rollbook init again", f.data())}
}

func (f found) noFolder() error {
	return &MissingError{f.data(), false, fmt.Sprintf("%s is a file, and --data names a folder", f.data())}
}

// further is of a folder without keys, and a PostgreSQL database with an installation.
func (f found) further() error {
	return &MissingError{f.data(), false, fmt.Sprintf("%s has none of the keys of the installation in %s: for a further server copy the folders keys and tls "+
		"from the data folder of the first one, or name another folder with --data", f.data(), f.database)}
}

func (f found) lost() error {
	if f.database.url != "" {
		return fmt.Errorf("%s belongs to an installation, and the database %s holds none: name its database with --database or in %s, "+
			"or put back a backup of it", f.data(), f.database, f.folder.memory())
	}
	return fmt.Errorf("%s holds the keys of an installation, and its database %s is missing or empty: put back a backup of it; "+
		"if its state is in PostgreSQL, name that with --database; "+
		"to begin anew without all that it held, move keys, tls and installation.json to another place and run rollbook init", f.data(), f.database)
}

func (f found) another() error {
	return fmt.Errorf("%s belongs to the installation %s, and the database %s holds the installation %s: "+
		"name the database that belongs to the folder with --database, or the folder that belongs to the database with --data",
		f.data(), f.memory.Installation, f.database, f.tenant())
}

func (f found) otherKeys(path string) error {
	return fmt.Errorf("%s is no key of the installation in %s: put back the one that was there, "+
		"and on a further server copy the folders keys and tls from the data folder of the first one", path, f.database)
}

func (f found) keyLost(path string) error {
	return fmt.Errorf("%s is missing, and the installation in %s has used it: put it back from a backup, "+
		"or on a further server copy the folders keys and tls from the data folder of the first one; "+
		"if it is lost for good, rollbook init --new-keys makes another and says what that costs", path, f.database)
}
