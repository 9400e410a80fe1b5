package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rollbook/internal/vocab"
)

// SourceSystem is a school's information system (industryData: sourceSystemDefinition).
type SourceSystem struct {
	ID                   string                `json:"id"`
	DisplayName          string                `json:"displayName"`
	Vendor               *string               `json:"vendor"`
	UserMatchingSettings []UserMatchingSetting `json:"userMatchingSettings"`

	// Number tells the source's records apart in the roster; given once, from 1.
	Number int `json:"number"`
}

// UserMatchingSetting says how people of a role group are found in the directory.
type UserMatchingSetting struct {
	MatchTarget      ReferenceValue `json:"matchTarget"`      // RefUserMatchTarget: userPrincipalName or mail
	PriorityOrder    int            `json:"priorityOrder"`    // the lowest counts first
	SourceIdentifier ReferenceValue `json:"sourceIdentifier"` // RefIdentifierType: username, email, activeDirectoryMatchId
	RoleGroup        string         `json:"roleGroup"`        // staff or students

	// DomainName is appended to the source value, after an @, where that value
	// has no domain. The published metadata lacks it, Microsoft's clients send it.
	DomainName string `json:"domainName,omitempty"`
}

// ReferenceValue is a code of a list of values.
type ReferenceValue struct {
	Code string `json:"code"`
}

// CreateSourceSystem makes a new source system and returns it as it is stored.
func (s *Service) CreateSourceSystem(ctx context.Context, e SourceSystem) (SourceSystem, error) {
	return create(ctx, s, sourceSystems(), e)
}

// SourceSystem returns the source system with the ID, or an Error of kind NotFound.
func (s *Service) SourceSystem(ctx context.Context, id string) (SourceSystem, error) {
	return one(ctx, s, sourceSystems(), id)
}

// SourceSystems returns every source system in the order of creation.
func (s *Service) SourceSystems(ctx context.Context) ([]SourceSystem, error) {
	return all(ctx, s, sourceSystems())
}

// UpdateSourceSystem changes the source system with the ID. change gets its stored state, and
// no other change comes between.
func (s *Service) UpdateSourceSystem(ctx context.Context, id string, change func(SourceSystem) (SourceSystem, error)) (SourceSystem, error) {
	return update(ctx, s, sourceSystems(), id, change)
}

// DeleteSourceSystem deletes the source system with the ID. It is a conflict while
// connectors belong to it.
func (s *Service) DeleteSourceSystem(ctx context.Context, id string) error {
	return remove(ctx, s, sourceSystems(), id)
}

func sourceSystems() noun[SourceSystem] {
	return noun[SourceSystem]{
		kind: KindSourceSystem, name: "source system",
		list:     func(s *Snapshot) *[]SourceSystem { return &s.SourceSystems },
		id:       func(e *SourceSystem) *string { return &e.ID },
		begin:    numberSource,
		check:    checkSourceSystem,
		settle:   settleSourceSystem,
		referrer: sourceSystemReferrer,
	}
}

// kindCounter holds the last number that a source system was given. It stays
// when that one is deleted: the roster may still hold records under the number.
const kindCounter Kind = "counters"

type counter struct {
	Last int `json:"last"`
}

func numberSource(ctx context.Context, ed *edit, e *SourceSystem) error {
	const id = "sourceSystem"
	var given counter
	if err := ed.tx.Get(ctx, kindCounter, id, &given); err != nil && !IsKind(err, NotFound) {
		return err
	}
	given.Last++
	e.Number = given.Last
	return ed.tx.Put(ctx, kindCounter, id, given)
}

func checkSourceSystem(in *Snapshot, e *SourceSystem) error {
	if err := checkName(e.DisplayName); err != nil {
		return err
	}
	if e.Vendor != nil {
		if err := checkLength("vendor", *e.Vendor); err != nil {
			return err
		}
	}
	e.UserMatchingSettings = slices.Clone(e.UserMatchingSettings)
	for i := range e.UserMatchingSettings {
		target := fmt.Sprintf("userMatchingSettings/%d", i)
		if err := checkMatching(in.Lists, target, &e.UserMatchingSettings[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkMatching(lists *vocab.Lists, target string, m *UserMatchingSetting) error {
	if err := canonical(lists, vocab.UserMatchTarget, target+"/matchTarget", &m.MatchTarget); err != nil {
		return err
	}
	if err := canonical(lists, vocab.IdentifierType, target+"/sourceIdentifier", &m.SourceIdentifier); err != nil {
		return err
	}
	if err := checkRoleGroup(target+"/roleGroup", &m.RoleGroup); err != nil {
		return err
	}
	domain, err := CheckDomain(m.DomainName)
	if err != nil {
		return invalid(target+"/domainName", "%s", err)
	}
	m.DomainName = domain
	return nil
}

// CheckDomain returns the name of a domain as it is stored, without an @ in front
// of it. "" stands for none.
func CheckDomain(name string) (string, error) {
	name = strings.TrimPrefix(name, "@")
	if strings.ContainsAny(name, "@ \t\r\n/") {
		return "", fmt.Errorf("%q is not a domain name: write it as in school.example", name)
	}
	return name, nil
}

func settleSourceSystem(_ *edit, old SourceSystem, e *SourceSystem) error {
	e.Number = old.Number
	return nil
}

func sourceSystemReferrer(in *Snapshot, id string) string {
	for _, c := range in.Connectors {
		if c.SourceSystem == id {
			return fmt.Sprintf("the data connector %q (%s)", c.DisplayName, c.ID)
		}
	}
	return ""
}
