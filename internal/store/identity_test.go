package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/store"
	"rollbook/internal/store/dbtest"
)

func TestClients(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		clients := store.Clients{DB: db}
		one := store.Client{
			ID: "1", Name: "uploader", SecretHash: "aa", Permissions: []string{"User.Read.All", "Group.Read.All"},
			Created: time.Date(2026, 9, 1, 8, 0, 0, 123000, time.UTC),
		}
		two := store.Client{ID: "2", Name: "Reader", SecretHash: "bb", Created: one.Created}
		for _, client := range []store.Client{one, two} {
			if err := clients.Add(t.Context(), client); err != nil {
				t.Fatal(err)
			}
		}
		if err := clients.Add(t.Context(), store.Client{ID: "3", Name: "uploader"}); !errors.Is(err, store.ErrUnique) {
			t.Errorf("a second client of one name: got %v", err)
		}
		got, err := clients.Get(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(one, got); diff != "" {
			t.Error(diff)
		}
		all, err := clients.List(t.Context())
		if err != nil || len(all) != 2 {
			t.Errorf("got %v, %v", all, err)
		}
		if id, err := clients.Remove(t.Context(), "Reader"); err != nil || id != "2" {
			t.Errorf("removed %q, %v", id, err)
		}
		if _, err := clients.Remove(t.Context(), "2"); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("removed twice: got %v", err)
		}
		if _, err := clients.Get(t.Context(), "2"); !errors.Is(err, store.ErrNoRows) {
			t.Errorf("got a removed client, %v", err)
		}
	})
}

func TestSettingIsDecidedOnce(t *testing.T) {
	t.Parallel()
	dbtest.All(t, func(t *testing.T, db store.DB) {
		settings := store.Settings{DB: db}
		got := make([]string, 8)
		var wait sync.WaitGroup
		for i := range got {
			wait.Go(func() {
				all, err := settings.Add(t.Context(), map[string]string{store.SettingTenant: string(rune('a' + i)), store.SettingDomain: "b"})
				got[i] = all[store.SettingTenant]
				if err != nil || all[store.SettingDomain] != "b" {
					t.Errorf("got %v, %v", all, err)
				}
			})
		}
		wait.Wait()
		if got[0] == "" || len(slices.Compact(got)) != 1 {
			t.Errorf("got %v, want one value for all", got)
		}
		err := settings.Replace(t.Context(), map[string]string{store.SettingTenant: "z", store.SettingTimeZone: "UTC"})
		if err != nil {
			t.Fatal(err)
		}
		all, err := settings.Add(t.Context(), nil)
		want := map[string]string{store.SettingTenant: "z", store.SettingDomain: "b", store.SettingTimeZone: "UTC"}
		if diff := cmp.Diff(want, all); diff != "" || err != nil {
			t.Error(err, diff)
		}
	})
}
