package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"

	"rollbook/internal/directory"
	"rollbook/internal/flow"
	"rollbook/internal/jobs"
	"rollbook/internal/ledger"
	"rollbook/internal/store"
	"rollbook/internal/target/activedirectory"
	"rollbook/internal/target/ldapserver"
	"rollbook/internal/target/openldap"
)

// The kinds of targets.
const (
	KindOpenLDAP        = "openldap"
	KindActiveDirectory = "activedirectory"
)

// HostedName is what the hosted directory is called among the targets.
const HostedName = "hosted"

// NoTargetError says that no target has a name.
type NoTargetError struct{ Name string }

func (e *NoTargetError) Error() string {
	return fmt.Sprintf("there is no directory %q: rollbook target list names them", e.Name)
}

// TargetExistsError says that there is a target of a name already.
type TargetExistsError struct{ Name string }

func (e *TargetExistsError) Error() string {
	return fmt.Sprintf("there is a directory %s already", e.Name)
}

// LDAPSettings are those of a target of KindOpenLDAP.
type LDAPSettings = openldap.Settings

// ActiveDirectorySettings are those of a target of KindActiveDirectory.
type ActiveDirectorySettings = activedirectory.Settings

// Branch is where a target that is reached over LDAP keeps objects of a kind.
type Branch = ldapserver.Branch

// AddLDAP adds a directory that is reached over LDAP (AddTarget). It returns a
// WrongSettingsError for settings that cannot be.
func (p *Parts) AddLDAP(ctx context.Context, name string, s LDAPSettings, password string, flowSets []string) (flow.Target, error) {
	return p.addChecked(ctx, flow.Target{Name: name, Kind: KindOpenLDAP, FlowSets: flowSets}, s, s.WithDefaults().Check(), password)
}

// AddActiveDirectory is AddLDAP for a domain of Active Directory.
func (p *Parts) AddActiveDirectory(ctx context.Context, name string, s ActiveDirectorySettings, password string, flowSets []string) (flow.Target, error) {
	return p.addChecked(ctx, flow.Target{Name: name, Kind: KindActiveDirectory, FlowSets: flowSets}, s, s.WithDefaults().Check(), password)
}

// addChecked adds a target whose settings were checked.
func (p *Parts) addChecked(ctx context.Context, t flow.Target, settings any, wrong error, password string) (flow.Target, error) {
	if wrong != nil {
		return flow.Target{}, &WrongSettingsError{wrong}
	}
	text, err := json.Marshal(settings, json.Deterministic(true))
	if err != nil {
		return flow.Target{}, err
	}
	t.Settings = string(text)
	return p.AddTarget(ctx, t, password)
}

// WrongSettingsError says why there can be no directory with these settings.
type WrongSettingsError struct{ Err error }

func (e *WrongSettingsError) Error() string { return e.Err.Error() }

func (e *WrongSettingsError) Unwrap() error { return e.Err }

// AddressOf returns where a target is.
func AddressOf(t flow.Target) (string, error) {
	var settings struct {
		URL string `json:"url"`
	}
	err := json.Unmarshal([]byte(t.Settings), &settings)
	return settings.URL, err
}

// closer is a directory that is reached over connections.
type closer interface {
	directory.Target
	io.Closer
}

// openTarget is the list of the kinds of directories that there are.
func openTarget(t flow.Target, password string) (closer, error) {
	read := func(settings any) error {
		if err := json.Unmarshal([]byte(t.Settings), settings); err != nil {
			return fmt.Errorf("read the settings of the directory %s: %w", t.Name, err)
		}
		return nil
	}
	switch t.Kind {
	case KindOpenLDAP:
		var settings openldap.Settings
		if err := read(&settings); err != nil {
			return nil, err
		}
		return openldap.Open(settings, password)
	case KindActiveDirectory:
		var settings activedirectory.Settings
		if err := read(&settings); err != nil {
			return nil, err
		}
		return activedirectory.Open(settings, password, rand.Reader)
	}
	return nil, fmt.Errorf("the directory %s is of the kind %q, which this release does not know", t.Name, t.Kind)
}

func (p *Parts) targets() store.Targets { return store.Targets{DB: p.DB} }

// Targets returns the directories beside the hosted one.
func (p *Parts) Targets(ctx context.Context) ([]flow.Target, error) { return p.targets().List(ctx) }

// FindTarget returns the target of a name.
func (p *Parts) FindTarget(ctx context.Context, name string) (flow.Target, error) {
	all, err := p.Targets(ctx)
	if err != nil {
		return flow.Target{}, err
	}
	for _, t := range all {
		if t.Name == name {
			return t, nil
		}
	}
	return flow.Target{}, &NoTargetError{name}
}

// AddTarget has a directory be written to from now on. It does not connect.
func (p *Parts) AddTarget(ctx context.Context, t flow.Target, password string) (flow.Target, error) {
	if t.Name == HostedName {
		return t, &TargetExistsError{t.Name}
	}
	opened, err := openTarget(t, password)
	if err == nil {
		err = opened.Close()
	}
	if err != nil {
		return t, err
	}
	if t.Secret, err = p.Secrets.Seal(password); err != nil {
		return t, err
	}
	t.Created = p.Config.Now()
	if t.Number, err = p.targets().Add(ctx, t); errors.Is(err, store.ErrTargetName) {
		err = &TargetExistsError{t.Name}
	}
	return t, err
}

// RemoveTarget has a directory be written to no more. What it holds stays there.
func (p *Parts) RemoveTarget(ctx context.Context, name string) error {
	return p.Leases.Do(ctx, jobs.RunLease, func(ctx context.Context) error {
		t, err := p.FindTarget(ctx, name)
		if err != nil {
			return err
		}
		return p.targets().Remove(ctx, t.Number, p.Config.Now())
	})
}

// ProbeTarget returns what a directory lacks to be written to. Nothing is written.
func (p *Parts) ProbeTarget(ctx context.Context, name string) (problems []directory.Problem, err error) {
	t, err := p.FindTarget(ctx, name)
	if err != nil {
		return nil, err
	}
	err = p.withTarget(t, func(opened directory.Target) error {
		problems, err = opened.Probe(ctx)
		return err
	})
	return problems, err
}

// withTarget calls fn with a directory while it is open.
func (p *Parts) withTarget(t flow.Target, fn func(directory.Target) error) error {
	password, err := p.Secrets.Open(t.Secret)
	if err != nil {
		return fmt.Errorf("open the password of the directory %s: %w", t.Name, err)
	}
	opened, err := openTarget(t, password)
	if err != nil {
		return err
	}
	return errors.Join(fn(opened), opened.Close())
}

// TargetNames returns what says how targets are called, by their numbers in the ledger.
func (p *Parts) TargetNames(ctx context.Context) (func(ledger.Target) string, error) {
	all, err := p.Targets(ctx)
	if err != nil {
		return nil, err
	}
	names := map[ledger.Target]string{ledger.Hosted: HostedName}
	for _, t := range all {
		names[ledger.Target(t.Number)] = t.Name
	}
	return func(number ledger.Target) string { return cmp.Or(names[number], "removed") }, nil
}
