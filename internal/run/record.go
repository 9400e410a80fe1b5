package run

import "time"

// Run is one pass over the school's data (industryData: industryDataRun).
type Run struct {
	ID            string
	Status        Status
	Requested     bool   // and not begun
	Restart       bool   // when it is cut off before its plan is complete: it had been requested
	Upload        string // that it is reading; "" for none
	Fed           bool   // it read a feed
	Start         time.Time
	End           *time.Time // nil while it runs
	BlockingError *BlockingError
	Activities    []Activity
	Totals        Totals
}

// reopen makes a run that failed one that goes on. A flow whose feed was refused,
// which its own blocking error says, has failed for good.
func (r *Run) reopen() {
	r.Status, r.End, r.BlockingError = Running, nil, nil
	for i := range r.Activities {
		if a := &r.Activities[i]; a.Status == ActivityFailed && (a.BlockingError == nil || a.BlockingError.Target == "") {
			a.Status, a.BlockingError = ActivityInProgress, nil
		}
	}
}

// DisplayName returns the name that the API shows for a run.
func (r Run) DisplayName() string { return r.Start.UTC().Format("Run 2006-01-02 15:04 UTC") }

// Status is the state of a run (industryData: industryDataRunStatus).
type Status string

// The states of a run.
const (
	Running               Status = "running"
	Failed                Status = "failed"
	Completed             Status = "completed"
	CompletedWithErrors   Status = "completedWithErrors"
	CompletedWithWarnings Status = "completedWithWarnings"
)

// BlockingError is why a run or an activity failed (Graph: publicError).
type BlockingError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

// Activity is what a run did with one flow (industryData: industryDataRunActivity).
type Activity struct {
	ID            string
	FlowID        string
	DisplayName   string
	Inbound       bool
	Status        ActivityStatus
	BlockingError *BlockingError
	Inbounds      *InboundCounts // nil for what is not an inbound flow
	Partial       bool           // the flow asks for more than runs can do yet
}

// ActivityStatus is the state of an activity (industryData: industryDataActivityStatus).
type ActivityStatus string

// The states of an activity.
const (
	ActivityInProgress            ActivityStatus = "inProgress"
	ActivitySkipped               ActivityStatus = "skipped"
	ActivityFailed                ActivityStatus = "failed"
	ActivityCompleted             ActivityStatus = "completed"
	ActivityCompletedWithErrors   ActivityStatus = "completedWithErrors"
	ActivityCompletedWithWarnings ActivityStatus = "completedWithWarnings"
)

// InboundCounts are the statistics of an inbound flow (industryData: inboundActivityResults).
type InboundCounts struct {
	Organizations, People, Groups, Memberships Count
	Matched, Unmatched                         []RoleCount
	Errors, Warnings                           int
}

// Count tells what the latest feed holds from what only earlier ones held.
type Count struct{ Active, Inactive int }

// RoleCount is how many people have a role (RefRole).
type RoleCount struct {
	Role  string
	Count int
}

// Totals are the statistics of a whole run (industryData: aggregatedInboundStatistics).
type Totals struct {
	Organizations, People, Groups, Memberships int // active ones
	Matched, Unmatched                         []RoleCount
	Errors, Warnings                           int
}
