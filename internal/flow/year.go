package flow

// Year is an academic year (industryData: yearTimePeriodDefinition).
type Year struct {
	ID          string         `json:"id"`
	DisplayName string         `json:"displayName"`
	StartDate   string         `json:"startDate"` // YYYY-MM-DD, included
	EndDate     string         `json:"endDate"`   // YYYY-MM-DD, included
	Year        ReferenceValue `json:"year"`      // RefAcademicYear
}
