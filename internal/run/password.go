package run

import (
	"context"
	"errors"
	"fmt"

	"rollbook/internal/ledger"
	"rollbook/internal/roster"
)

var errNoPassword = errors.New("the initial password that the plan names is not there any more")

// password returns the initial password of an account that is created.
func (p *pass) password(ctx context.Context, c ledger.Change) (string, error) {
	sealed, err := p.sealedPassword(ctx, c)
	if err != nil {
		return "", err
	}
	if sealed == "" || p.Unseal == nil {
		return "", fmt.Errorf("%s: %w", c.Anchor, errNoPassword)
	}
	return p.Unseal(sealed)
}

// sealedPassword returns a password as it is stored; "" where it is not there any more.
func (p *pass) sealedPassword(ctx context.Context, c ledger.Change) (string, error) {
	if id, group, ofFlow := ledger.FlowOfPassword(c.Password); ofFlow {
		for _, f := range p.config.ProvisioningFlows {
			if f.ID != id || f.User == nil || f.User.CreationOptions == nil {
				continue
			}
			for _, one := range f.User.CreationOptions.Configurations {
				if one.RoleGroup == group && one.DefaultPasswordSettings != nil {
					return string(one.DefaultPasswordSettings.Password), nil
				}
			}
		}
		return "", nil
	}
	sealed := ""
	for r, err := range p.Roster(p.streams, false).RecordsOf(ctx, c.Record.Source, roster.KindPerson, []roster.ID{c.Record.ID}) {
		if err != nil {
			return "", err
		}
		who, err := roster.DecodePerson(r.Key, r.Split()[roster.Itself])
		if err != nil {
			return "", err
		}
		sealed = who.Password
	}
	return sealed, nil
}
