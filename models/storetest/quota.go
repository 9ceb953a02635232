package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stafett/stafett/models/registry"
)

func testQuotas(t *testing.T, k *kit) {
	window := Now().Truncate(time.Hour)
	count := func(name string, at time.Time) (n int) {
		k.write(t, func(ctx context.Context, tx registry.Tx) (err error) {
			n, err = tx.Count(ctx, name, at)
			return err
		})
		return n
	}
	for i, c := range []struct {
		name string
		at   time.Time
		want int
	}{
		{"supplier:1", window, 1},
		{"supplier:1", window, 2},
		{"customer:1", window, 1},
		{"supplier:1", window.Add(time.Hour), 1},
		{"supplier:1", window, 3},
	} {
		if got := count(c.name, c.at); got != c.want {
			t.Errorf("count %d of %s: %d, want %d", i, c.name, got, c.want)
		}
	}
	// What is not kept is not counted.
	if err := k.try(t, func(ctx context.Context, tx registry.Tx) error {
		if _, err := tx.Count(ctx, "supplier:1", window); err != nil {
			return err
		}
		return errors.New("undo")
	}); err == nil {
		t.Fatal("not undone")
	}
	k.write(t, func(ctx context.Context, tx registry.Tx) error { return tx.PurgeQuotas(ctx, window.Add(time.Hour)) })
	if a, b := count("supplier:1", window), count("supplier:1", window.Add(time.Hour)); a != 1 || b != 2 {
		t.Errorf("after a purge: %d and %d, want 1 and 2", a, b)
	}
}
