package main

import (
	"context"
	"fmt"

	"github.com/stafett/stafett/cmd/node"
	"github.com/stafett/stafett/migrations"
	"github.com/stafett/stafett/models/store"
)

type migrate struct {
	Up     migrateUp     `cmd:"" help:"Apply what is missing."`
	Status migrateStatus `cmd:"" help:"List the migrations and whether they are applied."`
}

type (
	migrateUp     struct{}
	migrateStatus struct{}
)

// Run applies the migrations that are missing and names them.
func (migrateUp) Run(ctx context.Context, c console, s *node.Settings) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	applied, err := store.Migrate(ctx, st.URL)
	for _, m := range applied {
		_, _ = fmt.Fprintln(c.out, "applied", m.Name)
	}
	if err == nil && len(applied) == 0 {
		_, _ = fmt.Fprintln(c.out, "the schema is up to date")
	}
	return err
}

// Run lists the migrations.
func (migrateStatus) Run(ctx context.Context, c console, s *node.Settings) error {
	st, err := s.Storage()
	if err != nil {
		return &settingsError{err}
	}
	all, err := store.Migrations(ctx, st.URL)
	for _, m := range all {
		_, _ = fmt.Fprintln(c.out, state(m), m.Name)
	}
	return err
}

func state(m migrations.State) string {
	if !m.AppliedAt.IsZero() {
		return "applied"
	}
	return "missing"
}
