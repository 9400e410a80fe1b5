package tables_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

// What changes of units is told page by page, each unit as it is at the end.
func TestDeltaUnits(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		made := map[string]string{}
		create := func(name string, school bool) {
			id, err := target.CreateUnit(t.Context(), hosted.AdministrativeUnit{DisplayName: name, School: school})
			if err != nil {
				t.Fatal(err)
			}
			made[name] = id
		}
		rename := func(name, to string) {
			err := target.UpdateUnit(t.Context(), made[name], func(u hosted.AdministrativeUnit) (hosted.AdministrativeUnit, error) {
				u.DisplayName = to
				return u, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		follow := func(token string, schools bool) (all []string, done string) {
			for range 20 {
				page, err := target.DeltaUnits(t.Context(), hosted.DeltaQuery{Token: token, Top: 1, Schools: schools})
				if err != nil {
					t.Fatal(err)
				}
				for _, unit := range page.Changed {
					all = append(all, unit.DisplayName)
				}
				for _, id := range page.Deleted {
					all = append(all, "-"+id)
				}
				if token = page.Next; token == "" {
					slices.Sort(all)
					return all, page.Done
				}
			}
			t.Fatal("no end after", all)
			return nil, ""
		}
		create("north", true)
		create("wing", false)
		all, token := follow("", false)
		schools, schoolToken := follow("", true)
		create("south", true)
		rename("south", "south 2")
		rename("north", "north 2")
		rename("wing", "wing 2")
		if err := target.DeleteUnit(t.Context(), made["north"]); err != nil {
			t.Fatal(err)
		}
		changed, token := follow(token, false)
		schoolsChanged, _ := follow(schoolToken, true)
		nothing, _ := follow(token, false)
		want := [][]string{{"north", "wing"}, {"north"}, {"-" + made["north"], "south 2", "wing 2"}, {"-" + made["north"], "south 2"}, nil}
		if diff := cmp.Diff(want, [][]string{all, schools, changed, schoolsChanged, nothing}); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if _, err := target.DeltaUnits(t.Context(), hosted.DeltaQuery{Token: "x"}); !errors.Is(err, hosted.ErrForgotten) {
			t.Error(err)
		}
	})
}
