package sds

import (
	"fmt"

	"rollbook/internal/feed"
)

// refusal ends the reading of a feed with its catastrophic finding.
type refusal struct{ finding feed.Finding }

func refuse(f feed.Finding) error {
	f.Severity = feed.Catastrophic
	return &refusal{finding: f}
}

// Error implements error.
func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %s", r.finding.File, r.finding.Message)
}
