package target_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"rollbook/internal/target"
)

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := (target.System{}).Sleep(t.Context(), time.Hour); err != nil || time.Since(began) != time.Hour {
			t.Errorf("slept %v, %v", time.Since(began), err)
		}
		if err := (target.System{}).Sleep(t.Context(), -time.Hour); err != nil || time.Since(began) != time.Hour {
			t.Errorf("slept until %v after, %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := (target.System{}).Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Hour+time.Minute {
			t.Errorf("stopped %v after, %v", time.Since(began), err)
		}
	})
}
