package main

import (
	"context"
	"fmt"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/models/registry"
)

type auditLog struct {
	Verify auditVerify `cmd:"" help:"Walk the whole log; fails and names the first entry that does not hold."`
}

type auditVerify struct{}

// Run verifies the hash chain.
func (auditVerify) Run(ctx context.Context, c console, s *node.Settings) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	return node.WithRegistry(ctx, st, *s, func(r *registry.Registry) error {
		n, err := r.VerifyAudit(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "the audit log holds: %d entries\n", n)
		return err
	})
}
