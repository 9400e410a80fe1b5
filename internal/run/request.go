package run

import (
	"context"
	"fmt"
	"time"
)

// requestWindow is the time within which requests are counted (industryData:
// industryDataRun, start).
const requestWindow = 12 * time.Hour

// TooManyRequests says that no further run can be asked for at present.
type TooManyRequests struct {
	Most       int
	RetryAfter time.Duration
}

func (e *TooManyRequests) Error() string {
	return fmt.Sprintf("%d runs were started within the last 12 hours, and no more may be; the next one may be in %s, "+
		"or whoever runs the server allows more (rollbook serve --run-starts)",
		e.Most, e.RetryAfter.Round(time.Second))
}

// mayRequest returns a TooManyRequests where there were as many requests as
// there may be. Runs that failed were of no use to anybody, and do not count.
func (e *Engine) mayRequest(ctx context.Context) error {
	if e.MostRequests <= 0 {
		return nil
	}
	runs, err := e.Runs.Runs(ctx)
	if err != nil {
		return err
	}
	counted, now := 0, e.Now()
	for _, r := range runs { // the newest first
		asked := r.Requested || r.Restart
		if !asked || r.Status == Failed || now.Sub(r.Start) >= requestWindow {
			continue
		}
		if counted++; counted == e.MostRequests {
			return &TooManyRequests{Most: e.MostRequests, RetryAfter: r.Start.Add(requestWindow).Sub(now)}
		}
	}
	return nil
}
