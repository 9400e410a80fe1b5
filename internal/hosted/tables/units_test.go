package tables_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/hosted"
	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func TestUnits(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		target := open(db)
		ids := people(t, target)
		id, err := target.CreateUnit(t.Context(), hosted.AdministrativeUnit{DisplayName: "North", School: true, Attributes: map[string]string{"phone": "1"}})
		if err != nil {
			t.Fatal(err)
		}
		err = target.UpdateUnit(t.Context(), id, func(u hosted.AdministrativeUnit) (hosted.AdministrativeUnit, error) {
			return u.With(map[string]*string{"displayName": ptr("North High"), "phone": nil, "fax": ptr("2")}), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []hosted.AdministrativeUnit{{ID: id, DisplayName: "North High", School: true, Attributes: map[string]string{"fax": "2"}}}
		got, err := target.ListUnits(t.Context(), hosted.Query{Filter: hosted.Equal{Property: hosted.PropertySchool, Value: ptr("true")}})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		for _, member := range ids[:2] {
			if err := target.AddToUnit(t.Context(), id, member); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok := errors.AsType[*hosted.BelongsError](target.AddToUnit(t.Context(), id, ids[0])); !ok {
			t.Error("who is in a unit can be added again")
		}
		mustApply(t, target, hosted.Effect{Kind: hosted.DeleteUser, ID: ids[0]})
		users, err := target.ListUnitUsers(t.Context(), id, hosted.Query{Filter: hosted.Equal{Property: "accountEnabled", Value: ptr("true")}})
		if diff := cmp.Diff([]string{"Ben"}, names(users)); err != nil || diff != "" {
			t.Error(err, diff)
		}
		units, err := target.UnitsOf(t.Context(), ids[1])
		if diff := cmp.Diff(want, units); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if err := target.DeleteUnit(t.Context(), id); err != nil {
			t.Error(err)
		}
		for _, err := range []error{
			target.DeleteUnit(t.Context(), id), target.AddToUnit(t.Context(), id, ids[1]), target.RemoveFromUnit(t.Context(), id, ids[1]),
		} {
			if !errors.Is(err, hosted.ErrNotFound) {
				t.Error(err)
			}
		}
	})
}
