package roster

// Course is what is taught; classes are taught from it (SDS: courses.csv).
type Course struct {
	SourcedID           string
	OrgSourcedID        string
	Title               string
	Code                string
	SchoolYearSourcedID string   // a Session of type schoolYear
	Subjects            []string // RefAcademicSubject
	Grades              []string // RefGradeLevel
}

// Encode appends the course's canonical content to buf.
func (c Course) Encode(buf []byte) []byte {
	e := encoder{buf: buf}
	e.str(c.OrgSourcedID)
	e.str(c.Title)
	e.str(c.Code)
	e.str(c.SchoolYearSourcedID)
	e.list(c.Subjects)
	e.list(c.Grades)
	return e.buf
}

// DecodeCourse reads what Encode wrote.
func DecodeCourse(key string, body []byte) (Course, error) {
	d := decoder{rest: string(body)}
	c := Course{
		SourcedID: key, OrgSourcedID: d.str(), Title: d.str(), Code: d.str(),
		SchoolYearSourcedID: d.str(), Subjects: d.list(), Grades: d.list(),
	}
	return c, d.err
}
