package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

type register struct {
	Sync    registerSync    `cmd:"" help:"Take over what has changed in the register since the last time."`
	Refresh registerRefresh `cmd:"" help:"Take over what the register says of one organisation."`
}

type registerSync struct{}

// Run goes on from where the last run ended, and says what it brought also when
// it could not go to the end.
func (registerSync) Run(ctx context.Context, c console, s *node.Settings) error {
	return withRegister(ctx, c, s, func(r *registry.Registry) (registry.RegisterReport, error) {
		return r.SyncRegister(ctx, node.Operator)
	})
}

type registerRefresh struct {
	OrgNo string `arg:"" help:"Organisation number." placeholder:"ORGNO"`
}

// Run asks about one organisation and adds it when it is new.
func (o registerRefresh) Run(ctx context.Context, c console, s *node.Settings) error {
	no, err := party.Numbers{AdmitDocumentation: s.DocumentationOrgNos}.Parse(party.Clean(o.OrgNo))
	if err != nil {
		return fmt.Errorf("%q is no organisation number (nine digits with a check digit)", o.OrgNo)
	}
	return withRegister(ctx, c, s, func(r *registry.Registry) (registry.RegisterReport, error) {
		return r.RefreshOrganisation(ctx, node.Operator, no)
	})
}

func withRegister(ctx context.Context, c console, s *node.Settings, f func(*registry.Registry) (registry.RegisterReport, error)) error {
	if s.RegisterURL == "" {
		return &settingsError{errors.New("STAFETT_REGISTER_URL is not set, so no register is asked; say https://data.brreg.no/enhetsregisteret")}
	}
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	return node.WithRegistry(ctx, st, *s, func(r *registry.Registry) error {
		if err := s.Ask(r); err != nil {
			return &settingsError{err}
		}
		report, err := f(r)
		for _, refused := range report.Refused {
			_, _ = fmt.Fprintf(c.err, "refused %s: %s\n", refused.Place, refused.Reason)
		}
		_, _ = fmt.Fprintln(c.out, report)
		return err
	})
}
