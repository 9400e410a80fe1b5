package schema_test

import (
	"errors"
	"testing"

	"rollbook/internal/store/schema"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	known := []int64{1, 2, 4, 5}
	for name, c := range map[string]struct {
		applied []int64
		want    error
	}{
		"none":                             {nil, nil},
		"all":                              {[]int64{1, 2, 4, 5}, nil},
		"the first":                        {[]int64{1, 2}, nil},
		"one more":                         {[]int64{1, 2, 4, 5, 6}, schema.ErrNewer},
		"newer, with others":               {[]int64{1, 9}, schema.ErrNewer},
		"one that is not known any more":   {[]int64{1, 2, 3}, schema.ErrOlder},
		"all, and one that is not known":   {[]int64{1, 2, 3, 4, 5}, schema.ErrOlder},
		"one left out":                     {[]int64{1, 4}, schema.ErrOlder},
		"the first of all left out":        {[]int64{2, 4, 5}, schema.ErrOlder},
		"as many, of which one is another": {[]int64{1, 2, 3, 5}, schema.ErrOlder},
	} {
		if got := schema.Check(c.applied, known); !errors.Is(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
