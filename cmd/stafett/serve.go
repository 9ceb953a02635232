package main

import (
	"context"

	"github.com/stafett/stafett/cmd/node"
)

type serve struct{}

// Run serves until the context ends, and then lets what runs finish.
func (serve) Run(ctx context.Context, c console, s *node.Settings) error {
	settings, err := s.Serving()
	if err != nil {
		return &settingsError{err}
	}
	n, err := node.New(ctx, settings, node.JSONLogger(c.out))
	if err != nil {
		return err
	}
	return n.Serve(ctx)
}
