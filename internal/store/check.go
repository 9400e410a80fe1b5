package store

// Checked is what was found.
type Checked struct {
	Where    string   // the file or the server and database
	Problems []string // what is damaged, some of it where that is much
	Mended   []string // what was, and was made anew from what it follows from
}

// Err returns a Damaged where something is, and nil otherwise.
func (c Checked) Err() error {
	if len(c.Problems) == 0 {
		return nil
	}
	return &Damaged{Where: c.Where, Err: problems(c.Problems)}
}

// problems are what is wrong with a database.
type problems []string

func (p problems) Error() string { return p[0] }
