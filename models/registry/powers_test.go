package registry_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
)

// givers says which holdings let a person give each thing, in the matrix of
// staffed. It is written out by hand: what is not here nobody gives.
var givers = map[string][]string{
	policy.Viewer:              {modelstest.Director, modelstest.Chair, mainAdministrator, modelstest.Manager},
	policy.SystemAdministrator: {modelstest.Director, modelstest.Chair, mainAdministrator, modelstest.Manager},
	modelstest.Manager:         {modelstest.Director, modelstest.Chair, mainAdministrator, modelstest.Manager},
	mainAdministrator:          {modelstest.Director},
	modelstest.Salary:          {modelstest.Director, modelstest.Chair, mainAdministrator, modelstest.Salary}, // and administers access
}

// TestPowersFlowFromThoseWhoHaveThem lets everybody give, invite, accept, end
// and revoke in any order, well-meant or not, and asks after each step where
// everything that anybody holds comes from: from the register, or from a person
// who at that moment held in that organisation what it takes.
func TestPowersFlowFromThoseWhoHaveThem(t *testing.T) {
	t.Parallel()
	type pending struct {
		secret string
		id     models.ID
	}
	given, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := staffed(t, modelstest.Open(t))
		ctx := t.Context()
		everybody := []modelstest.Name{kari, ola, nils, even, turid, jonas, hedda, siri, kari, nils, hedda, kari} // some oftener
		urns := []string{
			policy.Viewer, policy.SystemAdministrator, modelstest.Manager, mainAdministrator, modelstest.Salary, modelstest.Tax,
			modelstest.Director, "urn:x", policy.Viewer, modelstest.Manager, modelstest.Salary, mainAdministrator,
		}
		var open []pending
		who := func(label string) modelstest.Name { return rapid.SampledFrom(everybody).Draw(rt, label) }
		where := func() party.OrgNo {
			return rapid.SampledFrom([]party.OrgNo{bakeri, bakeri, bakeri, bakeri, verft}).Draw(rt, "where")
		}
		what := func() string { return rapid.SampledFrom(urns).Draw(rt, "what") }
		until := func() time.Time {
			if days := rapid.IntRange(-1, 5).Draw(rt, "until"); days != 0 {
				return w.Clock.Now().Add(time.Duration(days) * 24 * time.Hour)
			}
			return time.Time{}
		}
		did := func(err error) {
			switch {
			case err == nil:
				given++
			case errKind(err) == 0:
				rt.Fatalf("a fault of ours: %v", err)
			default:
				refused++
			}
		}
		acts := map[string]func(){
			"give": func() {
				did(second(w.Give(ctx, w.As(who("giver"), where()), w.ID(who("to")), what(), until())))
			},
			"invite": func() {
				o := where()
				i, secret, err := w.Invite(ctx, w.As(who("inviter"), o), registry.Invite{URN: what(), RoleUntil: until()})
				if did(err); err == nil {
					open = append(open, pending{secret, i.ID})
				}
			},
			"accept": func() {
				if len(open) > 0 {
					did(second(w.AcceptInvitation(ctx, w.As(who("accepter"), where()), rapid.SampledFrom(open).Draw(rt, "which").secret)))
				}
			},
			"revoke": func() {
				if len(open) > 0 {
					did(w.RevokeInvitation(ctx, w.As(who("revoker"), where()), rapid.SampledFrom(open).Draw(rt, "which").id))
				}
			},
			"end": func() {
				did(w.End(ctx, w.As(who("ender"), where()), rapid.SampledFrom(everyHolding(t, w)).Draw(rt, "which").ID))
			},
			"the register ends a role": func() {
				if rapid.IntRange(0, 9).Draw(rt, "rarely") == 0 {
					fixed := slices.DeleteFunc(everyHolding(t, w), func(h party.Holding) bool { return h.Source == "given" || h.Source == "invitation" })
					w.Exec(t, "UPDATE holding SET ended_at = COALESCE(ended_at, ?) WHERE id = ?", w.Clock.Now().UnixMilli(), rapid.SampledFrom(fixed).Draw(rt, "role").ID)
				}
			},
			"wait": func() {
				w.Clock.Set(w.Clock.Now().Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "hours")) * time.Hour))
			},
		}
		names := append(slices.Sorted(maps.Keys(acts)), "give", "give", "invite", "invite", "accept", "accept")
		for range 80 {
			w.Clock.Set(w.Clock.Now().Add(time.Millisecond)) // so that each step has a time of its own
			acts[rapid.SampledFrom(names).Draw(rt, "act")]()
			all := everyHolding(t, w)
			for _, h := range all {
				if fault := unfounded(h, all); fault != "" {
					rt.Fatalf("%s holds %s in %s: %s", h.Person, h.URN, h.OrgNo, fault)
				}
			}
		}
	})
	if given < 100 || refused < 100 {
		t.Errorf("%d done and %d refused; the draws try too little", given, refused)
	}
	t.Logf("%d done, %d refused", given, refused)
}

// unfounded says why nobody could have given the holding when it began, or "".
func unfounded(h party.Holding, all []party.Holding) string {
	if h.Source != party.SourceGiven && h.Source != party.SourceInvitation {
		return ""
	}
	var had []string
	for _, g := range all {
		then := g.ID != h.ID && !g.From.After(h.From) && (g.Ended.IsZero() || g.Ended.After(h.From)) && (g.Until.IsZero() || g.Until.After(h.From))
		if g.Person == h.GivenBy && g.OrgNo == h.OrgNo && then {
			had = append(had, g.URN)
		}
	}
	one := func(of []string) bool {
		return slices.ContainsFunc(had, func(urn string) bool { return slices.Contains(of, urn) })
	}
	if !one(givers[h.URN]) || !one(givers[policy.Viewer]) {
		return fmt.Sprintf("%q gave it, who held [%s] then", h.GivenBy, strings.Join(had, " "))
	}
	return ""
}

// everyHolding returns what anybody holds or has held in the bakery and the yard.
func everyHolding(t *testing.T, w *modelstest.World) []party.Holding {
	t.Helper()
	var all []party.Holding
	err := w.DB.Read(t.Context(), func(tx registry.Reader) error {
		for _, o := range []party.OrgNo{bakeri, verft} {
			for _, who := range []modelstest.Name{kari, ola, nils, even, turid, jonas, hedda, siri} {
				hs, err := tx.HistoryIn(t.Context(), o, w.ID(who), 1000)
				if err != nil {
					return err
				}
				all = append(all, hs...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
