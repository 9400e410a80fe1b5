package roster

// Org is a school, a district, or another organization (SDS: orgs.csv).
type Org struct {
	SourcedID       string
	Name            string
	Type            string // RefOrgType
	ParentSourcedID string
}

// Encode appends the organization's canonical content to buf.
func (o Org) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	e.str(o.Name)
	e.str(o.Type)
	e.str(o.ParentSourcedID)
	return e.buf
}

// DecodeOrg reads what Encode wrote.
func DecodeOrg(key string, body []byte) (Org, error) {
	d := decoder{rest: string(body)}
	o := Org{SourcedID: key, Name: d.str(), Type: d.str(), ParentSourcedID: d.str()}
	return o, d.err
}
