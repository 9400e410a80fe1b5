package roster

// Session is a span of the school calendar: a school year, a term (SDS: academicSessions.csv).
type Session struct {
	SourcedID  string
	Title      string
	Type       string // RefSessionType
	SchoolYear int    // the year in which the academic year ends
	Start, End Date   // both included
}

// Encode appends the session's canonical content to buf.
func (s Session) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	e.str(s.Title)
	e.str(s.Type)
	e.num(s.SchoolYear)
	e.date(s.Start)
	e.date(s.End)
	return e.buf
}

// DecodeSession reads what Encode wrote.
func DecodeSession(key string, body []byte) (Session, error) {
	d := decoder{rest: string(body)}
	s := Session{SourcedID: key, Title: d.str(), Type: d.str(), SchoolYear: d.num(), Start: d.date(), End: d.date()}
	return s, d.err
}
