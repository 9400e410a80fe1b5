package roster

// Person is a student, a member of staff or a contact (SDS: users.csv).
type Person struct {
	SourcedID              string
	Username               string
	GivenName              string
	FamilyName             string
	Email                  string // in lower case
	Phone                  string
	SMS                    string
	ActiveDirectoryMatchID string

	// Password is the initial password that the school chose. It is in clear
	// text only while a feed is read; it is stored sealed.
	Password string

	Frozen FeedNumber // since when he or she is as before, because what is said cannot be read; 0 where it can
}

// Encode appends the person's canonical content to buf. The password is
// written as given: what is stored must have been sealed before, and what is
// digested must be a keyed code of it (see feed).
func (p Person) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	e.str(p.Username)
	e.str(p.GivenName)
	e.str(p.FamilyName)
	e.str(p.Email)
	e.str(p.Phone)
	e.str(p.SMS)
	e.str(p.ActiveDirectoryMatchID)
	e.str(p.Password)
	e.num(int(p.Frozen))
	return e.buf
}

// DecodePerson reads what Encode wrote.
func DecodePerson(key string, body []byte) (Person, error) {
	d := decoder{rest: string(body)}
	p := Person{
		SourcedID: key, Username: d.str(), GivenName: d.str(), FamilyName: d.str(), Email: d.str(),
		Phone: d.str(), SMS: d.str(), ActiveDirectoryMatchID: d.str(), Password: d.str(),
		Frozen: FeedNumber(d.num()),
	}
	return p, d.err
}
