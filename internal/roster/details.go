package roster

// Details is what a school may say of a person beyond name and role. None of
// it takes part in matching or in class groups.
type Details struct {
	Demographics *Demographics // nil where the school says nothing
	Flags        []string      // RefPersonFlagType, sorted (SDS: userFlags.csv)
	Contacts     []Contact     // sorted (SDS: relationships.csv)
}

// Demographics is one row of demographics.csv.
type Demographics struct {
	Sex          string // RefSex
	BirthDate    Date
	BirthCity    string
	BirthState   string
	BirthCountry string
	Ethnicities  []string // RefEthnicity
	Races        []string // RefRace
}

// Contact says who stands beside a student: a parent, a guardian, a doctor.
type Contact struct {
	PersonSourcedID string
	Relationship    string // RefPersonRelationship
}

// The rows of an encoded Details begin with one of these.
const (
	demographicsRow = "d"
	flagRow         = "f"
	contactRow      = "c"
)

// Encode appends the canonical content to buf. Flags and contacts must be sorted.
func (d Details) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	if m := d.Demographics; m != nil {
		e.str(demographicsRow)
		e.str(m.Sex)
		e.date(m.BirthDate)
		e.str(m.BirthCity)
		e.str(m.BirthState)
		e.str(m.BirthCountry)
		e.list(m.Ethnicities)
		e.list(m.Races)
		e.row()
	}
	for _, flag := range d.Flags {
		e.str(flagRow)
		e.str(flag)
		e.row()
	}
	for _, c := range d.Contacts {
		e.str(contactRow)
		e.str(c.PersonSourcedID)
		e.str(c.Relationship)
		e.row()
	}
	return e.buf
}

// DecodeDetails reads what Encode wrote.
func DecodeDetails(body []byte) (Details, error) {
	var details Details
	for _, row := range rows(string(body)) {
		d := decoder{rest: row}
		switch d.str() {
		case demographicsRow:
			details.Demographics = &Demographics{
				Sex: d.str(), BirthDate: d.date(), BirthCity: d.str(), BirthState: d.str(),
				BirthCountry: d.str(), Ethnicities: d.list(), Races: d.list(),
			}
		case flagRow:
			details.Flags = append(details.Flags, d.str())
		case contactRow:
			details.Contacts = append(details.Contacts, Contact{PersonSourcedID: d.str(), Relationship: d.str()})
		}
		if d.err != nil {
			return Details{}, d.err
		}
	}
	return details, nil
}
