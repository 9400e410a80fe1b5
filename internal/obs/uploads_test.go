package obs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/obs"
	"rollbook/internal/upload"
)

func TestUploadsAreLogged(t *testing.T) {
	t.Parallel()
	log, text := logger()
	m := obs.NewMetrics()
	w := obs.Uploads{Log: log, Metrics: m}
	created := time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)
	op := func(detail string, errors int) upload.Operation {
		return upload.Operation{
			ID: "o1", ConnectorID: "c1", Created: created, LastAction: created.Add(3 * time.Second),
			Errors: make([]upload.PublicError, errors), StatusDetail: detail,
		}
	}
	w.Requested(t.Context(), op("", 0))
	w.Ended(t.Context(), op("", 2), upload.Accepted)
	w.Ended(t.Context(), op("", 1), upload.Rejected)
	w.Ended(t.Context(), op("the disk is away", 0), upload.Failed)
	want := []string{
		`level=INFO msg="upload check requested" operation=o1 connector=c1`,
		`level=INFO msg="upload check ended" operation=o1 connector=c1 verdict=accepted errors=2 warnings=0 took=3s`,
		`level=WARN msg="upload check ended" operation=o1 connector=c1 verdict=rejected errors=1 warnings=0 took=3s`,
		`level=WARN msg="upload check ended" operation=o1 connector=c1 verdict=failed errors=0 warnings=0 took=3s detail="the disk is away"`,
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(text.String()), "\n")); diff != "" {
		t.Errorf("the log (-want +got):\n%s", diff)
	}
	wantCounted(t, m, "rollbook_uploads", map[string]float64{
		`rollbook_uploads_checked_total{verdict="accepted"}`: 1,
		`rollbook_uploads_checked_total{verdict="rejected"}`: 1,
		`rollbook_uploads_checked_total{verdict="failed"}`:   1,
	})
}
