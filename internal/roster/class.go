package roster

// Class is the section that students attend (SDS: classes.csv).
type Class struct {
	SourcedID         string
	OrgSourcedID      string
	Title             string
	SessionSourcedIDs []string
	CourseSourcedID   string
	Code              string
	Frozen            FeedNumber // since when it is as it was, because it cannot be read; 0 where it can
}

// Encode appends the class's canonical content to buf.
func (c Class) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	e.str(c.OrgSourcedID)
	e.str(c.Title)
	e.list(c.SessionSourcedIDs)
	e.str(c.CourseSourcedID)
	e.str(c.Code)
	e.num(int(c.Frozen))
	return e.buf
}

// DecodeClass reads what Encode wrote.
func DecodeClass(key string, body []byte) (Class, error) {
	d := decoder{rest: string(body)}
	c := Class{
		SourcedID: key, OrgSourcedID: d.str(), Title: d.str(),
		SessionSourcedIDs: d.list(), CourseSourcedID: d.str(), Code: d.str(),
		Frozen: FeedNumber(d.num()),
	}
	return c, d.err
}
