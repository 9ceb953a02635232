package registry_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
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
		rt.Repeat(map[string]func(*rapid.T){
			"send": func(rt *rapid.T) {
				in := modelstest.Request()
				in.ExternalRef = fmt.Sprint(rapid.IntRange(1, 2).Draw(rt, "reference"))
				in.Items = in.Items[:rapid.IntRange(1, 2).Draw(rt, "items")]
				before := len(w.Entries(t))
				sent, err := w.SendRequest(ctx, w.As(jonas, fjord), in)
				lapsed := max(0, len(w.Entries(t))-before-1)
				recorded(rt, err, lapsed)
				if err == nil {
					ids = append(ids, sent.ID)
				}
			},
			"look": func(rt *rapid.T) {
				reader, id := who(), which()
				if v, err := w.Review(ctx, w.As(reader, bakeri), id); err == nil {
					digests[seen{reader, id}] = v.Seen
				}
			},
			"approve": func(rt *rapid.T) {
				reader, id := who(), which()
				if len(ids) > 0 && rapid.IntRange(0, 3).Draw(rt, "stray") > 0 { // mostly as it is meant
					reader, id = kari, ids[len(ids)-1]
					digests[seen{reader, id}] = w.Seen(t, reader, id)
				}
				user, err := w.Approve(ctx, w.As(reader, bakeri), id, digests[seen{reader, id}])
				recorded(rt, err, 0)
				if err != nil {
					return
				}
				approved++
				if reader != kari && reader != ola {
					rt.Fatalf("%s has approved", reader)
				}
				if digests[seen{reader, id}] == "" {
					rt.Fatalf("%s has approved unseen", reader)
				}
				if user.ApprovedBy != w.ID(reader) {
					rt.Fatalf("approved by %s, says the system user", user.ApprovedBy)
				}
			},
			"reject":   func(rt *rapid.T) { recorded(rt, w.Reject(ctx, w.As(who(), bakeri), which(), "Nei"), 0) },
			"withdraw": func(rt *rapid.T) { recorded(rt, w.Withdraw(ctx, w.As(who(), fjord), which()), 0) },
			"revoke":   func(rt *rapid.T) { recorded(rt, w.Revoke(ctx, w.As(who(), bakeri), which()), 0) },
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
					if r.Status == request.Accepted {
						accepted[r.ID] = r
					}
				}
				live := map[string]int{}
				users := must(w.SystemUsers(ctx, w.As(kari, bakeri)))(rt)
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

func must[T any](v T, err error) func(*rapid.T) T {
	return func(rt *rapid.T) T {
		if err != nil {
			rt.Fatal(err)
		}
		return v
	}
}
