package registry_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// Two approvers press at once: one system user, one entry, one event; the other
// is told that it is decided (security B5).
func TestTwoApproversAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for i := range 10 {
			sent := w.Sent(t, fmt.Sprint(i))
			seen := w.Seen(t, kari, sent.ID)
			before := marked(t, w)
			approve := func(who modelstest.Name) func(context.Context) error {
				return func(ctx context.Context) error { return second(w.Approve(ctx, w.As(who, bakeri), sent.ID, seen)) }
			}
			mustHaveOneWinner(t, together(t.Context(), approve(kari), approve(ola)))
			before.mustHaveDone(t, "request.approve", "request:"+string(sent.ID))
		}
	})
}

func TestHundredApprovalsAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		sent := w.Sent(t, "one")
		seen := w.Seen(t, kari, sent.ID)
		before := marked(t, w)
		fs := make([]func(context.Context) error, 100)
		for i := range fs { // all have the page before them, and all connections are open
			fs[i] = func(ctx context.Context) error { return second(w.Review(ctx, w.As(kari, bakeri), sent.ID)) }
		}
		if n := winners(together(t.Context(), fs...)); n != len(fs) {
			t.Fatalf("%d can read it", n)
		}
		for i := range fs {
			who := []modelstest.Name{kari, ola}[i%2]
			fs[i] = func(ctx context.Context) error { return second(w.Approve(ctx, w.As(who, bakeri), sent.ID, seen)) }
		}
		mustHaveOneWinner(t, together(t.Context(), fs...))
		before.mustHaveDone(t, "request.approve", "request:"+string(sent.ID))
		if users, err := w.SystemUsers(t.Context(), w.As(kari, bakeri), registry.ListQuery{}); err != nil || len(users.Rows) != 1 {
			t.Errorf("%d system users, %v", len(users.Rows), err)
		}
	})
}

// Approve, reject, withdraw and the end of its time exclude each other
// (security B6, I4).
func TestARequestEndsOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		ends := map[request.Status]int{}
		for i := range 24 {
			sent := w.Sent(t, fmt.Sprint(i))
			seen := w.Seen(t, kari, sent.ID)
			before := marked(t, w)
			c := w.Config // of a node whose clock says that the time is up, so that each of the four can win
			c.Now = func() time.Time { return sent.ExpiresAt }
			late := registry.New(c)
			answers := []func(context.Context) error{
				func(ctx context.Context) error { return second(w.Approve(ctx, w.As(kari, bakeri), sent.ID, seen)) },
				func(ctx context.Context) error { return w.Reject(ctx, w.As(ola, bakeri), sent.ID, "Nei") },
				func(ctx context.Context) error { return w.Withdraw(ctx, w.As(jonas, fjord), sent.ID) },
				func(ctx context.Context) error {
					n, err := late.LapseRequests(ctx)
					if err == nil && n == 0 {
						err = models.NewError(models.Conflict, models.CodeRequestDecided)
					}
					return err
				},
			}
			for range i { // each takes its turn at the front
				answers = append(answers[1:], answers[0])
			}
			errs := together(t.Context(), answers...)
			mustHaveOneWinner(t, errs)
			entries := before.since(t)
			if len(entries) != 1 || entries[0].Outcome != audit.Done {
				t.Fatalf("recorded %+v", entries)
			}
			v, err := w.SentRequest(t.Context(), w.As(jonas, fjord), sent.ID)
			if err != nil {
				t.Fatal(err)
			}
			ends[v.Status]++
			_, err = w.SystemUser(t.Context(), w.As(kari, bakeri), sent.ID)
			if (err == nil) != (v.Request.Status == request.Accepted) {
				t.Errorf("it is %s, and its system user: %v", v.Request.Status, err)
			}
		}
		mustVerify(t, w)
		t.Logf("the races ended %v", ends)
	})
}

// An import takes the power of a role away while its holder approves: he is
// denied, or had approved before it was gone, by the order of the log (I1).
func TestNobodyApprovesByPowerThatHasEnded(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		power := func(ctx context.Context, has bool) error {
			return second(w.Import(ctx, modelstest.Operator, exchange.RolePackages, "test", modelstest.Rows(
				catalog.RolePackage{RoleURN: modelstest.Director, PackageURN: modelstest.Manager, CanDelegate: has, HasAccess: has})))
		}
		orders := map[string]int{}
		for i := range 24 {
			sent := w.Sent(t, fmt.Sprint(i))
			seen := w.Seen(t, kari, sent.ID)
			before := marked(t, w)
			acts := []func(context.Context) error{
				func(ctx context.Context) error { return second(w.Approve(ctx, w.As(kari, bakeri), sent.ID, seen)) },
				func(ctx context.Context) error { return power(ctx, false) },
			}
			if i%2 == 1 { // each is started first in turn
				slices.Reverse(acts)
			}
			together(t.Context(), acts...)
			var order string
			for _, e := range before.since(t) {
				order += fmt.Sprintf("%s %s. ", e.Action, e.Outcome)
			}
			orders[order]++
			if err := power(t.Context(), true); err != nil {
				t.Fatal(err)
			}
		}
		for order := range orders {
			switch order {
			case "request.approve done. catalogue.import done. ", "catalogue.import done. request.approve denied. ":
			default:
				t.Errorf("it went %s", order)
			}
		}
		t.Logf("the races ended %v", orders)
		mustVerify(t, w)
	})
}

// Two suppliers want one client id, two people send for one triple, two revoke:
// one of them does (security A3).
func TestOneOfTwo(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		one, two := modelstest.System(), modelstest.System()
		two.ID = "298144700_lonn"
		mustHaveOneWinner(t, together(t.Context(),
			func(ctx context.Context) error { return second(w.RegisterSystem(ctx, w.As(jonas, fjord), one)) },
			func(ctx context.Context) error { return second(w.RegisterSystem(ctx, w.As(hedda, loggen), two)) },
		))
		w = open(t)
		w.Registered(t)
		send := func(ctx context.Context) error {
			return second(w.SendRequest(ctx, w.As(jonas, fjord), modelstest.Request()))
		}
		mustHaveOneWinner(t, together(t.Context(), send, send, send))
		live := w.Approved(t, "live")
		revoke := func(ctx context.Context) error { return w.Revoke(ctx, w.As(kari, bakeri), live.ID) }
		mustHaveOneWinner(t, together(t.Context(), revoke, revoke, revoke))
		mustVerify(t, w)
	})
}

// One person signs in twice at once and is one person.
func TestSigningInTwiceAtOnce(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		for round := range 8 { // the first few only open connections
			ids := make([]models.ID, 4)
			fs := make([]func(context.Context) error, len(ids))
			for i := range fs {
				fs[i] = func(ctx context.Context) (err error) {
					var l party.Login
					l, err = w.SignIn(ctx, party.Arrival{Identity: party.Identity{Issuer: modelstest.Login, Subject: fmt.Sprint("new", round), Name: "Ny"}})
					ids[i] = l.Person
					return err
				}
			}
			for i, err := range together(t.Context(), fs...) {
				if err != nil || ids[i] != ids[0] || ids[i] == "" {
					t.Errorf("%q, %v; the first is %q", ids[i], err, ids[0])
				}
			}
		}
	})
}

func mustHaveOneWinner(t *testing.T, errs []error) {
	t.Helper()
	if n := winners(errs); n != 1 {
		t.Errorf("%d of %d did it", n, len(errs))
	}
	for _, err := range errs {
		if err != nil && errKind(err) != models.Conflict {
			t.Errorf("a loser is told %v, want a Conflict", err)
		}
	}
}
