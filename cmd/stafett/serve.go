package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/stafett/stafett/cmd/node"
)

type serve struct{}

// Run serves until the context ends, and then lets what runs finish.
func (serve) Run(ctx context.Context, c console, s *node.Settings) error {
	settings, err := s.Serving()
	if err != nil {
		return &settingsError{err}
	}
	if os.Getenv("GOGC") == "" {
		// What lives on the heap is small, so that by default the collector
		// would run many times a second under load; this trades some memory
		// for a tenth of the CPU. GOGC says otherwise.
		debug.SetGCPercent(400)
	}
	n, err := node.New(ctx, settings, node.JSONLogger(c.out))
	if err != nil {
		return err
	}
	return n.Serve(ctx)
}
