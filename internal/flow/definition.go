package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"rollbook/internal/vocab"
)

// ExtensibleLists returns the lists that an installation may add values to, or
// take values out of; all others are as the system defines them.
func ExtensibleLists() []string {
	return []string{
		vocab.AcademicSubject, vocab.Ethnicity, vocab.GradeLevel,
		vocab.OrgType, vocab.PersonFlagType, vocab.Race,
	}
}

// Definitions returns the values of all lists by type, sort index and code.
func (s *Service) Definitions(ctx context.Context) ([]vocab.Definition, error) {
	state, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(state.Definitions), nil
}

// Definition returns the value with the ID, which is compared without case.
func (s *Service) Definition(ctx context.Context, id string) (vocab.Definition, error) {
	state, err := s.current(ctx)
	if err != nil {
		return vocab.Definition{}, err
	}
	return state.definition(id)
}

// CreateDefinition adds a value to one of the extensible lists. Two values of a
// list may have one sort index: published examples use indexes that are taken.
func (s *Service) CreateDefinition(ctx context.Context, d vocab.Definition) (vocab.Definition, error) {
	d.Source = vocab.TenantDefined
	err := s.change(ctx, func(ed *edit) error {
		d.Created, d.Modified = ed.now, ed.now
		if err := checkDefinition(&d); err != nil {
			return err
		}
		if old, err := ed.state.definition(d.ID()); err == nil {
			return conflict("code", "%s already has the code %q", old.Type, old.Code)
		}
		return ed.putDefinition(ctx, nil, d)
	})
	return d, err
}

// UpdateDefinition changes the value with the ID.
func (s *Service) UpdateDefinition(ctx context.Context, id string, change func(vocab.Definition) (vocab.Definition, error)) (d vocab.Definition, err error) {
	err = s.change(ctx, func(ed *edit) error {
		old, err := ed.state.definition(id)
		if err != nil {
			return err
		}
		if d, err = change(old); err != nil {
			return err
		}
		if err := settleDefinition(ed, old, &d); err != nil {
			return err
		}
		return ed.putDefinition(ctx, old, d)
	})
	return d, err
}

// DisableDefinition takes the value out of its list. It stays known, and can be
// taken back in with an update.
func (s *Service) DisableDefinition(ctx context.Context, id string) error {
	_, err := s.UpdateDefinition(ctx, id, func(d vocab.Definition) (vocab.Definition, error) {
		d.IsDisabled = true
		return d, nil
	})
	return err
}

func (s *Snapshot) definition(id string) (vocab.Definition, error) {
	for _, d := range s.Definitions {
		if strings.EqualFold(d.ID(), id) {
			return d, nil
		}
	}
	return vocab.Definition{}, notFound("reference definition", id)
}

func checkDefinition(d *vocab.Definition) error {
	if d.Type == "" {
		return invalid("referenceType", "referenceType is required")
	}
	i := slices.IndexFunc(ExtensibleLists(), func(list string) bool { return strings.EqualFold(list, d.Type) })
	if i < 0 {
		return closedList(d.Type)
	}
	d.Type = ExtensibleLists()[i]
	if d.Code == "" || strings.TrimSpace(d.Code) != d.Code || strings.ContainsFunc(d.Code, unicode.IsControl) {
		return invalid("code", "code is %q, and must be a word without spaces around it", d.Code)
	}
	return checkLength("code", d.Code)
}

// closedList refuses a list that is there and cannot be changed otherwise than
// one that is not there at all.
func closedList(name string) error {
	open := strings.Join(ExtensibleLists(), ", ")
	if !slices.ContainsFunc(vocab.Seed(), func(d vocab.Definition) bool { return strings.EqualFold(d.Type, name) }) {
		return invalid("referenceType", "%q is not a list of values; values can be added to these: %s", name, open)
	}
	return &Error{
		Kind: NotAllowed, Target: "referenceType",
		Message: fmt.Sprintf("the values of %s are given by the system; values can be added to and changed in these lists only: %s", name, open),
	}
}

// settleDefinition compares type and code without case, as the lists do.
func settleDefinition(ed *edit, old vocab.Definition, d *vocab.Definition) error {
	if !strings.EqualFold(old.Type, d.Type) {
		return unchanged("referenceType", old.Type, d.Type)
	}
	if !strings.EqualFold(old.Code, d.Code) {
		return unchanged("code", old.Code, d.Code)
	}
	d.Type, d.Code, d.Source, d.Created = old.Type, old.Code, old.Source, old.Created
	d.Modified = later(old.Modified, ed.now)
	return checkDefinition(d)
}

// putDefinition writes a value that takes the place of old; that is nil for a new one.
func (ed *edit) putDefinition(ctx context.Context, old any, d vocab.Definition) error {
	if err := observed(ctx, old, d); err != nil {
		return err
	}
	if err := ed.tx.PutDefinition(ctx, d); err != nil {
		return err
	}
	defs, err := ed.tx.Definitions(ctx)
	if err != nil {
		return err
	}
	ed.state.setDefinitions(defs)
	return nil
}
