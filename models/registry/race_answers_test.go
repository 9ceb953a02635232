package registry_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
)

// against is what a colleague does while somebody approves.
type against struct {
	act func(context.Context) error
	may []models.Code // what the approver is told who comes later; none where he is not in the way
	own []models.Code // and the colleague
}

// meets runs both, by turns the colleague first, the approver first and at once,
// and demands that one of them is done and that each is told of a refusal what it
// may be.
func (x against) meets(t *testing.T, turn int, approve func(context.Context) error) (approved bool) {
	t.Helper()
	errs := make([]error, 2)
	switch turn % 3 {
	case 0:
		errs[1] = x.act(t.Context())
		if errs[0] = approve(t.Context()); (errs[0] == nil) != (x.may == nil) {
			t.Errorf("after the other the approver is told %v", errs[0])
		}
	case 1:
		errs[0] = approve(t.Context())
		errs[1] = x.act(t.Context())
	default:
		errs = together(t.Context(), approve, x.act)
	}
	told := func(who string, err error, codes []models.Code) {
		t.Helper()
		if err != nil && !slices.Contains(codes, models.CodeOf(err)) {
			t.Errorf("%s is told %v", who, err)
		}
	}
	told("who approves", errs[0], x.may)
	told("the other", errs[1], x.own)
	if winners(errs) == 0 {
		t.Errorf("nobody did anything: %v", errs)
	}
	return errs[0] == nil
}

// A request is approved while a colleague blocks or stops its supplier, sends it
// on, takes that back or wishes for something else: it has one outcome, which is
// what both are told, and what is blocked or stopped is.
func TestApprovingWhileAColleagueActs(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		k, o := w.As(kari, bakeri), w.As(ola, bakeri)
		w.Approved(t, "before")
		forward := func(ctx context.Context, id models.ID) (request.Forwarding, error) {
			return w.ForwardTo(ctx, o, registry.Ref{ID: id}, request.Forwarding{To: models.ID(k.ID)})
		}
		for i := range 15 {
			name := []string{"block", "stop", "forward", "recall", "wish"}[i/3]
			sent := w.Sent(t, fmt.Sprint(name, i))
			var x against
			switch name {
			case "block":
				x = against{func(ctx context.Context) error { return w.BlockSupplier(ctx, o, fjord, "Nok", tellsIt) }, []models.Code{models.CodeRequestDecided}, nil}
			case "stop":
				x = against{func(ctx context.Context) error { return second(w.StopSupplier(ctx, o, fjord, "Datainnbrudd")) }, nil, nil}
			case "forward":
				x = against{func(ctx context.Context) error { return second(forward(ctx, sent.ID)) }, nil, []models.Code{models.CodeRequestDecided}}
			case "recall":
				f, err := forward(t.Context(), sent.ID)
				if err != nil {
					t.Fatal(err)
				}
				x = against{func(ctx context.Context) error { return second(w.Recall(ctx, o, f.ID)) }, nil, []models.Code{models.CodeRequestDecided}}
			case "wish":
				x = against{func(ctx context.Context) error { return w.Wish(ctx, o, sent.ID, "Bare mva") }, []models.Code{models.CodeRequestChanged}, []models.Code{models.CodeRequestDecided}}
			}
			seen := w.Seen(t, kari, sent.ID)
			approved := x.meets(t, i, func(ctx context.Context) error { return second(w.Approve(ctx, k, sent.ID, seen)) })
			v, err := w.Review(t.Context(), k, sent.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := map[bool]request.Status{true: request.Accepted, false: request.Pending}[approved]
			if name == "block" && !approved {
				want = request.Rejected
			}
			page, gone := w.SystemUser(t.Context(), k, sent.ID)
			if v.Status != want || (gone == nil) != approved {
				t.Errorf("%s: approved %v, it is %s, and its system user: %v", name, approved, v.Status, gone)
			}
			supplier, err := w.Supplier(t.Context(), k, fjord)
			if err != nil || supplier.Blocked.IsZero() == (name == "block") || name == "block" && supplier.Waiting > 0 {
				t.Errorf("%s: %+v, %v", name, supplier.Dealings, err)
			}
			logged := slices.ContainsFunc(w.Entries(t), func(e audit.Entry) bool {
				return e.Action == "systemuser.suspend" && e.Subject == "systemuser:"+string(sent.ID)
			})
			if stopped := !page.SystemUser.CustomerPaused.IsZero(); stopped != logged || stopped && name != "stop" {
				t.Errorf("%s: it is paused %v, by the log %v", name, stopped, logged)
			}
			if err := w.UnblockSupplier(t.Context(), k, fjord); err != nil {
				t.Fatal(err)
			}
			if want == request.Pending {
				if err := w.Reject(t.Context(), k, sent.ID, "Nei"); err != nil {
					t.Fatal(err)
				}
			}
		}
		mustVerify(t, w)
	})
}

// A change is approved while a colleague revokes or pauses the system user, takes
// something from it, or blocks its supplier: nothing that has ended or is paused
// is given a token, and what was asked does not wait where it cannot be answered.
func TestApprovingAChangeWhileAColleagueActs(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		k, o := w.As(kari, bakeri), w.As(ola, bakeri)
		for i := range 12 {
			name := []string{"revoke", "pause", "narrow", "block"}[i/3]
			c := changed(t, w, fmt.Sprint(name, i))
			id := c.SystemUser
			var x against
			switch name {
			case "revoke":
				x = against{func(ctx context.Context) error { return w.Revoke(ctx, o, id) }, []models.Code{models.CodeRequestDecided, models.CodeUserRevoked}, nil}
			case "pause":
				x = against{func(ctx context.Context) error { return w.SuspendSystemUser(ctx, o, id, "Stopp") }, []models.Code{models.CodeRequestChanged}, []models.Code{models.CodeConflict}}
			case "narrow":
				p, err := w.NarrowPreview(t.Context(), o, id, []catalog.Item{register})
				if err != nil {
					t.Fatal(err)
				}
				x = against{func(ctx context.Context) error {
					return w.NarrowSystemUser(ctx, o, id, []catalog.Item{register}, p.Seen)
				}, []models.Code{models.CodeRequestChanged}, []models.Code{models.CodeConflict, models.CodeInvalid}} // or it is the last that is left
			case "block":
				x = against{func(ctx context.Context) error { return w.BlockSupplier(ctx, o, fjord, "Nok", tellsIt) }, []models.Code{models.CodeRequestDecided}, nil}
			}
			seen := changeSeen(t, w, c.ID)
			approved := x.meets(t, i, func(ctx context.Context) error { return second(w.ApproveChange(ctx, k, c.ID, seen)) })
			v, err := w.ReviewChange(t.Context(), k, c.ID)
			if err != nil || (v.Status == request.Accepted) != approved {
				t.Fatalf("%s: approved %v, it is %s, %v", name, approved, v.Status, err)
			}
			if waits := v.Status == request.Pending; waits && (name == "revoke" || name == "block") {
				t.Errorf("%s: it waits", name)
			}
			u := userOf(t, w, id)
			able := may(t, w, id, modelstest.Amelding) || may(t, w, id, modelstest.Register)
			stopped := u.Status == systemuser.Revoked || !u.CustomerPaused.IsZero()
			if want := name == "revoke" || name == "pause"; stopped != want || able == stopped {
				t.Errorf("%s: it is %+v, and can do something: %v", name, u, able)
			}
			if err := w.UnblockSupplier(t.Context(), k, fjord); err != nil {
				t.Fatal(err)
			}
		}
		mustVerify(t, w)
	})
}
