package flow_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollbook/internal/flow"
	"rollbook/internal/vocab"
)

func TestDefinitionsBeginAsSeeded(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		defs, err := w.Definitions(t.Context())
		if err != nil || len(defs) != len(vocab.Seed()) {
			t.Errorf("%d definitions, %v, want %d", len(defs), err, len(vocab.Seed()))
		}
		got, err := w.Definition(t.Context(), "refgradelevel-KG")
		if err != nil || got.Code != "KG" || !got.Created.IsZero() || !got.Modified.IsZero() {
			t.Errorf("got %+v, %v, want the seeded KG without times", got, err)
		}
		if _, err := w.Definition(t.Context(), "RefGradeLevel-99"); !flow.IsKind(err, flow.NotFound) {
			t.Errorf("an unknown definition: %v", err)
		}
	})
}

func TestCreateDefinition(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		at := now().Truncate(time.Microsecond)
		want := vocab.Definition{
			Type: vocab.GradeLevel, Code: "TestGrade", DisplayName: "New Test Grade Level", SortIndex: 300,
			Source: vocab.TenantDefined, Created: at, Modified: at,
		}
		sent := want
		sent.Source, sent.Created = "mine", time.Time{}
		made, err := w.CreateDefinition(ctx, sent)
		if diff := cmp.Diff(want, made); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		got, err := (&flow.Service{Store: w.Store, Now: now}).Definition(ctx, "RefGradeLevel-testgrade")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		lists, err := w.Lists(ctx)
		if canonical, ok := lists.Canonical(vocab.GradeLevel, "TESTGRADE"); err != nil || canonical != "TestGrade" {
			t.Errorf("the lists have %q, %t, %v, want TestGrade", canonical, ok, err)
		}
		for name, c := range map[string]struct {
			d    vocab.Definition
			kind flow.ErrorKind
			part string
		}{
			"again":       {vocab.Definition{Type: vocab.GradeLevel, Code: "testgrade"}, flow.Conflict, "TestGrade"},
			"seeded":      {vocab.Definition{Type: vocab.GradeLevel, Code: "kg"}, flow.Conflict, "KG"},
			"closed list": {vocab.Definition{Type: vocab.SectionRole, Code: "x"}, flow.NotAllowed, "RefOrgType"},
			"no list":     {vocab.Definition{Type: "RefNonsense", Code: "x"}, flow.Invalid, "RefOrgType"},
			"no type":     {vocab.Definition{Code: "x"}, flow.Invalid, "referenceType"},
			"no code":     {vocab.Definition{Type: vocab.OrgType}, flow.Invalid, "code"},
		} {
			if _, err := w.CreateDefinition(ctx, c.d); !flow.IsKind(err, c.kind) || !strings.Contains(err.Error(), c.part) {
				t.Errorf("%s: got %v, want kind %d with %q", name, err, c.kind, c.part)
			}
		}
	})
}

func TestDisableAndEnableDefinition(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		if err := w.DisableDefinition(ctx, "refGradeLevel-kg"); err != nil {
			t.Fatal(err)
		}
		fresh := &flow.Service{Store: w.Store, Now: now, NewID: w.NewID}
		for _, s := range []*flow.Service{w.Service, fresh} {
			lists, err := s.Lists(ctx)
			if _, ok := lists.Canonical(vocab.GradeLevel, "KG"); ok || err != nil {
				t.Errorf("a disabled code is still accepted, %v", err)
			}
		}
		got, err := fresh.Definition(ctx, "RefGradeLevel-KG")
		if err != nil || !got.IsDisabled || !got.Created.IsZero() || got.Modified.IsZero() || got.Source != "ceds.ed.gov" {
			t.Errorf("disabled: %+v, %v", got, err)
		}
		_, err = fresh.UpdateDefinition(ctx, "RefGradeLevel-KG", func(d vocab.Definition) (vocab.Definition, error) {
			d.IsDisabled, d.DisplayName, d.Code, d.Source = false, "Kindergarten", "kg", "mine"
			return d, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.Definition(ctx, "RefGradeLevel-KG")
		if err != nil || again.IsDisabled || again.DisplayName != "Kindergarten" || again.Code != "KG" || again.Source != got.Source || !again.Modified.After(got.Modified) {
			t.Errorf("enabled again: %+v, %v", again, err)
		}
		_, err = w.UpdateDefinition(ctx, "RefGradeLevel-KG", func(d vocab.Definition) (vocab.Definition, error) { d.Code = "K"; return d, nil })
		if !flow.IsKind(err, flow.NotUpdatable) {
			t.Errorf("another code: %v", err)
		}
		if err := w.DisableDefinition(ctx, "RefSectionRole-teacher"); !flow.IsKind(err, flow.NotAllowed) {
			t.Errorf("disabling a value of a closed list: %v", err)
		}
	})
}
