package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

func testReviewState(t *testing.T, k *kit) {
	settle(t, k)
	s := addSystem(t, k, ledger())
	state := func(o party.OrgNo, before time.Time) registry.ReviewState {
		t.Helper()
		return read(t, k, func(ctx context.Context, r registry.Reader) (registry.ReviewState, error) {
			return r.ReviewState(ctx, o, before, Now())
		})
	}
	same(t, "of none", registry.ReviewState{}, state(bakeri, Now()))
	for _, ref := range []string{"new", "old", "kept", "over", "gone"} {
		u := userOf(ask(s, bakeri, ref), berit)
		u.CreatedAt = Now().AddDate(-2, 0, 0)
		switch ref {
		case "new":
			u.CreatedAt = Now()
		case "kept":
			u.Reviewed = Now().Add(-time.Hour)
		case "over":
			u.ValidTo = Now()
		}
		u = addUser(t, k, u)
		if ref == "gone" {
			revoke(t, k, u)
		}
	}
	same(t, "of the bakery", registry.ReviewState{Last: Now().Add(-time.Hour), Due: 1}, state(bakeri, Now().AddDate(-1, 0, 0)))
	same(t, "an hour later", 2, state(bakeri, Now().Add(-time.Minute)).Due)
	same(t, "of another", registry.ReviewState{}, state(verft, Now()))
}
