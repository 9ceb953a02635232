package registry_test

import (
	"context"
	"time"

	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

func (x failingTx) UpdateSystem(ctx context.Context, s system.System) error {
	return x.f.after(x.Tx.UpdateSystem(ctx, s))
}

func (x failingTx) AddSystemChange(ctx context.Context, c system.Change) error {
	return x.f.after(x.Tx.AddSystemChange(ctx, c))
}

func (x failingTx) EndSystem(ctx context.Context, id system.ID, at time.Time) (registry.SystemEnd, error) {
	end, err := x.Tx.EndSystem(ctx, id, at)
	return end, x.f.after(err)
}
