package registry_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

// Each run of this package's property has a database that is flushed at every
// commit; twenty are what a test may take. -rapid.checks=N asks for more.
func init() { _ = flag.Set("rapid.checks", "20") } //nolint:gochecknoinits // the flag is read before any test runs

// TestInvariants lets everybody do anything in any order, well-meant or not, and
// asks after each step for what must always be so (security 1.3: I1, I4, I5, I8,
// I9).
func TestInvariants(t *testing.T) {
	t.Parallel()
	type seen struct {
		who modelstest.Name
		id  models.ID
	}
	approved := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := modelstest.Open(t)
		w.Registered(t)
		ctx := t.Context()
		final := map[models.ID]request.Status{}
		digests := map[seen]string{}
		taken := map[models.ID][]catalog.Item{} // by somebody, or never given
		blocked := false
		optional := map[catalog.Item]bool{}
		var ids []models.ID
		entries, events := len(w.Entries(t)), len(w.Events(t))

		who := func() modelstest.Name {
			return rapid.SampledFrom([]modelstest.Name{kari, ola, nils, even, turid, jonas}).Draw(rt, "who")
		}
		which := func() models.ID {
			if len(ids) == 0 {
				return "704013ee-e82a-433e-83c5-a40e6e00d746"
			}
			return rapid.SampledFrom(ids).Draw(rt, "which")
		}
		// recorded demands done entries for what was done, a denied one for a
		// denial, none otherwise, and as many events as changes.
		recorded := func(rt *rapid.T, err error, lapsed int) {
			log := w.Entries(t)
			done, denied := 0, 0
			for _, e := range log[entries:] {
				if e.Outcome == audit.Done {
					done++
				} else {
					denied++
				}
			}
			want, wantDenied := lapsed, 0
			switch kind := errKind(err); {
			case err == nil:
				want++
			case kind == models.Forbidden || kind == models.NotFound:
				wantDenied++
			case kind == 0:
				rt.Fatalf("a fault of ours: %v", err)
			}
			now := len(w.Events(t))
			if done != want || denied != wantDenied || now-events != want {
				rt.Fatalf("%v: %d done, %d denied, %d events; want %d, %d, %d", err, done, denied, now-events, want, wantDenied, want)
			}
			entries, events = len(log), now
		}
		// mostly is one that lives, if there is one.
		mostly := func(rt *rapid.T) models.ID {
			users := must(w.SystemUsers(ctx, w.As(kari, bakeri), registry.ListQuery{}))(rt).Rows
			if len(users) > 0 && users[0].SystemUser.Status == systemuser.Active && rapid.IntRange(0, 4).Draw(rt, "stray") > 0 {
				return users[0].SystemUser.ID
			}
			return which()
		}
		state := func(id models.ID) systemuser.SystemUser {
			page, _ := w.SystemUser(ctx, w.As(kari, bakeri), id)
			return page.SystemUser
		}
		// nothing demands that nothing was recorded of what was so already.
		nothing := func(rt *rapid.T, before int) {
			if n := len(w.Entries(t)); n != before || len(w.Events(t)) != events {
				rt.Fatalf("%d entries of what was so already", n-before)
			}
		}
		send := func(rt *rapid.T) {
			in := modelstest.Request()
			in.ExternalRef = fmt.Sprint(rapid.IntRange(1, 2).Draw(rt, "reference"))
			in.Items = in.Items[:rapid.IntRange(1, 2).Draw(rt, "items")]
			before := len(w.Entries(t))
			sent, err := w.SendRequest(ctx, w.As(jonas, fjord), in)
			if asked := err == nil || models.CodeOf(err) == models.CodeRequestExists || models.CodeOf(err) == models.CodeUserExists; blocked && asked {
				rt.Fatalf("one who is blocked has asked: %v", err)
			}
			lapsed := max(0, len(w.Entries(t))-before-1)
			recorded(rt, err, lapsed)
			if err == nil {
				ids = append(ids, sent.ID)
			}
		}
		unblock := func(rt *rapid.T, by modelstest.Name) {
			before := len(w.Entries(t))
			err := w.UnblockSupplier(ctx, w.As(by, bakeri), fjord)
			if err == nil && !blocked {
				nothing(rt, before)
				return
			}
			if err == nil {
				blocked = false
			}
			recorded(rt, err, 0)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"send": send,
			"look": func(rt *rapid.T) {
				reader, id := who(), which()
				if v, err := w.Review(ctx, w.As(reader, bakeri), id); err == nil {
					digests[seen{reader, id}] = v.Seen
				}
			},
			"approve": func(rt *rapid.T) {
				reader, id := who(), which()
				if rapid.IntRange(0, 3).Draw(rt, "stray") > 0 { // mostly as it is meant
					unblock(rt, kari)
					send(rt)
					if len(ids) > 0 {
						reader, id = kari, ids[len(ids)-1]
						digests[seen{reader, id}] = w.Seen(t, reader, id)
					}
				}
				without := rapid.SampledFrom([][]catalog.Item{nil, nil, nil, nil, {salary}, {register}, {salary, register}}).Draw(rt, "without")
				user, err := w.Approve(ctx, w.As(reader, bakeri), id, digests[seen{reader, id}], without...)
				recorded(rt, err, 0)
				if err != nil {
					return
				}
				approved++
				taken[id] = without
				if slices.ContainsFunc(without, func(i catalog.Item) bool { return !optional[i] }) || len(user.Delegated) == 0 {
					rt.Fatalf("%v is given without %v, which it needs", user.Delegated, without)
				}
				if reader != kari && reader != ola && (reader != nils || slices.Contains(user.Delegated, salary)) {
					rt.Fatalf("%s has approved", reader)
				}
				if digests[seen{reader, id}] == "" {
					rt.Fatalf("%s has approved unseen", reader)
				}
				if user.ApprovedBy != w.ID(reader) {
					rt.Fatalf("approved by %s, says the system user", user.ApprovedBy)
				}
			},
			"need less or more": func(rt *rapid.T) {
				item := rapid.SampledFrom(modelstest.System().Asked()).Draw(rt, "item")
				optional[item] = !optional[item]
				w.Exec(t, "UPDATE system_ask SET optional = 1 - optional WHERE ref = ?", item.Ref)
			},
			"forward": func(rt *rapid.T) {
				before := len(w.Entries(t))
				f, err := w.ForwardTo(ctx, w.As(who(), bakeri), registry.Ref{ID: which()}, request.Forwarding{To: w.ID(who())})
				if err == nil && !f.At.Equal(w.Clock.Now()) || err == nil && len(w.Entries(t)) == before {
					nothing(rt, before)
					return
				}
				recorded(rt, err, 0)
			},
			"block": func(rt *rapid.T) {
				before := len(w.Entries(t))
				err := w.BlockSupplier(ctx, w.As(who(), bakeri), fjord, "Nok", tellsIt)
				if err == nil && blocked {
					nothing(rt, before)
					return
				}
				if err == nil {
					blocked = true
				}
				recorded(rt, err, max(0, len(w.Entries(t))-before-1)) // what waited is rejected
			},
			"unblock":  func(rt *rapid.T) { unblock(rt, who()) },
			"reject":   func(rt *rapid.T) { recorded(rt, w.Reject(ctx, w.As(who(), bakeri), which(), "Nei"), 0) },
			"withdraw": func(rt *rapid.T) { recorded(rt, w.Withdraw(ctx, w.As(who(), fjord), which()), 0) },
			"revoke":   func(rt *rapid.T) { recorded(rt, w.Revoke(ctx, w.As(who(), bakeri), which()), 0) },
			"pause": func(rt *rapid.T) {
				reader, id := who(), mostly(rt)
				was, before := state(id), len(w.Entries(t))
				err := w.SuspendSystemUser(ctx, w.As(reader, bakeri), id, "Stopp")
				if err == nil && !was.CustomerPaused.IsZero() {
					nothing(rt, before)
					return
				}
				recorded(rt, err, 0)
			},
			"resume": func(rt *rapid.T) { recorded(rt, w.UnsuspendSystemUser(ctx, w.As(who(), bakeri), mostly(rt)), 0) },
			"pause of the supplier": func(rt *rapid.T) {
				id := mostly(rt)
				was, before := state(id), len(w.Entries(t))
				_, err := w.PauseSystemUser(ctx, w.As(jonas, fjord), id, "")
				if err == nil && !was.SupplierPaused.IsZero() {
					nothing(rt, before)
					return
				}
				recorded(rt, err, 0)
			},
			"resume of the supplier": func(rt *rapid.T) {
				id := mostly(rt)
				was, before := state(id), len(w.Entries(t))
				_, err := w.ResumeSystemUser(ctx, w.As(jonas, fjord), id, "")
				if err == nil && was.SupplierPaused.IsZero() {
					nothing(rt, before)
					return
				}
				recorded(rt, err, 0)
			},
			"end": func(rt *rapid.T) {
				reader, id := rapid.SampledFrom([]modelstest.Name{kari, nils, nils, even}).Draw(rt, "who"), mostly(rt)
				at := time.Time{}
				if days := rapid.IntRange(-10, 20).Draw(rt, "days"); days > 0 {
					at = w.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)
				}
				was, before := state(id), len(w.Entries(t))
				err := w.SetSystemUserEnd(ctx, w.As(reader, bakeri), id, at, was.Version)
				if err == nil && was.EndMoved(at) == systemuser.EndKept {
					nothing(rt, before)
					return
				}
				recorded(rt, err, 0)
				if err == nil && was.EndMoved(at) == systemuser.EndLater && reader != kari && slices.Contains(was.Delegated, salary) {
					rt.Fatalf("%s has prolonged what he could not give", reader)
				}
			},
			"narrow": func(rt *rapid.T) {
				reader, id := who(), mostly(rt)
				take := rapid.SampledFrom(modelstest.System().Asked()).Draw(rt, "item")
				seen := "unseen"
				if p, err := w.NarrowPreview(ctx, w.As(reader, bakeri), id, []catalog.Item{take}); err == nil {
					seen = p.Seen
				}
				err := w.NarrowSystemUser(ctx, w.As(reader, bakeri), id, []catalog.Item{take}, seen)
				recorded(rt, err, 0)
				if err == nil {
					taken[id] = append(taken[id], take)
				}
			},
			"wait": func(rt *rapid.T) {
				w.Clock.Set(w.Clock.Now().Add(time.Duration(rapid.IntRange(1, 20).Draw(rt, "days")) * 24 * time.Hour))
			},
			"lapse": func(rt *rapid.T) {
				n, err := w.LapseRequests(ctx)
				if err != nil {
					rt.Fatal(err)
				}
				recorded(rt, models.NewError(models.Conflict, models.CodeConflict), n)
			},
			"": func(rt *rapid.T) {
				if _, err := w.VerifyAudit(ctx); err != nil {
					rt.Fatal(err)
				}
				accepted := map[models.ID]request.Request{}
				for _, v := range must(w.SentRequests(ctx, w.As(jonas, fjord), ""))(rt) {
					r := v.Request
					if was, ok := final[r.ID]; ok && was != r.Status {
						rt.Fatalf("I4: %s was %s and is %s", r.ID, was, r.Status)
					}
					if r.Status.Final() {
						final[r.ID] = r.Status
					}
					if blocked && v.Status == request.Pending {
						rt.Fatalf("%s waits, of one who is blocked", r.ID)
					}
					if r.Status == request.Accepted {
						accepted[r.ID] = r
					}
				}
				live := map[string]int{}
				users := must(w.SystemUsers(ctx, w.As(kari, bakeri), registry.ListQuery{}))(rt).Rows
				for _, u := range users {
					r, ok := accepted[u.SystemUser.ID]
					if !ok {
						rt.Fatalf("I1: %s lives by no approval", u.SystemUser.ID)
					}
					for _, item := range u.SystemUser.Delegated {
						if !slices.Contains(r.Items, item) {
							rt.Fatalf("I8: %v was not asked for", item)
						}
					}
					for _, item := range taken[u.SystemUser.ID] {
						if slices.Contains(u.SystemUser.Delegated, item) {
							rt.Fatalf("%v is there, which was taken or left out", item)
						}
					}
					alive(rt, w, u)
					if u.SystemUser.Status == systemuser.Active {
						live[u.SystemUser.ExternalRef]++
					}
				}
				if len(users) != len(accepted) {
					rt.Fatalf("I5: %d approvals and %d system users", len(accepted), len(users))
				}
				for ref, n := range live {
					if n > 1 {
						rt.Fatalf("%d system users live for %s", n, ref)
					}
				}
			},
		})
	})
	if approved == 0 {
		t.Error("nothing was ever approved; the draws try too little")
	}
	t.Logf("%d approvals", approved)
}

// alive demands that enrichment and decisions say what the system user is: it is
// served when it lives, nobody has paused it and its time is not up, and then as
// far as it holds something.
func alive(rt *rapid.T, w *modelstest.World, v registry.SystemUserView) {
	u := v.SystemUser
	served := u.Status == systemuser.Active && u.CustomerPaused.IsZero() && u.SupplierPaused.IsZero()
	b, err := w.DB.Binding(context.Background(), rar.Query{Issuer: modelstest.Issuer, ClientID: modelstest.System().Clients[0].ID, Customer: u.Customer, ExternalRef: u.ExternalRef})
	over := !b.ValidTo.IsZero() && !w.Clock.Now().Before(b.ValidTo)
	if got := b.UserID == u.ID && !b.Paused && !over; err != nil || got != served {
		rt.Fatalf("enrichment says %v of %+v, %v", got, u, err)
	}
	for resource, item := range map[string]catalog.Item{modelstest.Amelding: catalog.PackageOf(modelstest.Salary), modelstest.Register: catalog.Right(modelstest.Register, "")} {
		h, err := w.DB.Holds(context.Background(), rar.Question{SystemUser: u.ID, Resource: resource, Action: "write", Party: u.Customer})
		ended := !h.ValidTo.IsZero() && !w.Clock.Now().Before(h.ValidTo) // which whoever decides looks at
		if got := h.Holds && !ended; err != nil || got != (served && slices.Contains(u.Delegated, item)) {
			rt.Fatalf("a decision on %s is %v for %+v, %v", resource, got, u, err)
		}
	}
}

func must[T any](v T, err error) func(*rapid.T) T {
	return func(rt *rapid.T) T {
		if err != nil {
			rt.Fatal(err)
		}
		return v
	}
}
