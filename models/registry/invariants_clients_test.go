package registry_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
)

// TestInvariantsOfClients lets people and rules attach and detach clients while
// relations come and go: a client is served only while the relation lasts and
// somebody who may has attached it, and what a person detached no rule attaches.
func TestInvariantsOfClients(t *testing.T) {
	t.Parallel()
	served := 0
	rapid.Check(t, func(rt *rapid.T) {
		w := modelstest.Open(t)
		ctx, agent := t.Context(), facilitates(t, w)
		people := map[string]models.Actor{"Turid": w.As(turid, verft), "Siri": onlooker(t, w), "Kari": w.As(kari, bakeri), "low": unsure(w.As(turid, verft))}
		who := func() models.Actor {
			return people[rapid.SampledFrom([]string{"Turid", "Turid", "Siri", "Kari", "low"}).Draw(rt, "who")]
		}
		client := func() party.OrgNo { return rapid.SampledFrom([]party.OrgNo{bakeri, loggen}).Draw(rt, "client") }
		refused := func(err error) {
			if err != nil && errKind(err) == 0 {
				rt.Fatalf("a fault of ours: %v", err)
			}
		}
		attached, detached, related := map[party.OrgNo]bool{}, map[party.OrgNo]bool{}, map[party.OrgNo]bool{bakeri: true, loggen: true}
		began := len(w.Entries(t))
		rt.Repeat(map[string]func(*rapid.T){
			"attach": func(*rapid.T) {
				c := client()
				if _, err := w.AttachClient(ctx, who(), agent, c); err == nil {
					attached[c], detached[c] = true, false
				} else {
					refused(err)
				}
			},
			"attach by a job": func(*rapid.T) {
				c := client()
				_, err := w.StartClientJob(ctx, who(), agent, registry.ClientChoice{Kind: bulk.Attach, Clients: []party.OrgNo{c}})
				refused(err)
				if err := work(ctx, w.Registry, noPut); err != nil {
					rt.Fatal(err)
				}
				if err == nil && related[c] {
					attached[c], detached[c] = true, false
				}
			},
			"detach": func(*rapid.T) {
				c := client()
				if err := w.DetachClient(ctx, who(), agent, c); err == nil {
					attached[c], detached[c] = false, true
				} else {
					refused(err)
				}
			},
			"a rule":  func(*rapid.T) { refused(w.AddClientRule(ctx, who(), agent, modelstest.Accountant)) },
			"no rule": func(*rapid.T) { refused(w.EndClientRule(ctx, who(), agent, modelstest.Accountant)) },
			"the rules' work": func(*rapid.T) {
				_, err := w.WorkClientRules(ctx)
				refused(err)
				if err := work(ctx, w.Registry, noPut); err != nil {
					rt.Fatal(err)
				}
				for c := range related {
					if serves(t, w, agent, c) && !attached[c] {
						if detached[c] {
							rt.Fatalf("a rule attached %s, which a person had detached", c)
						}
						attached[c] = true
					}
				}
			},
			"a relation turns": func(*rapid.T) {
				c := client()
				var ended any
				if related[c] {
					ended = w.Clock.Now().UnixMilli()
				}
				related[c] = !related[c]
				w.Exec(t, "UPDATE relation SET ended_at = ? WHERE client = ?", ended, string(c))
			},
			"an hour": func(*rapid.T) { w.Clock.Set(w.Clock.Now().Add(time.Hour)) },
			"": func(rt *rapid.T) {
				for c, is := range related {
					switch got := serves(t, w, agent, c); {
					case got && !is:
						rt.Fatalf("%s is served without a relation", c)
					case got && !attached[c]:
						rt.Fatalf("%s is served and nobody attached it", c)
					case got:
						served++
					}
				}
				for _, e := range w.Entries(t)[began:] {
					if e.Outcome == audit.Done && e.Actor.ID != string(w.ID(turid)) && e.Actor.Kind == models.Person {
						rt.Fatalf("done by another: %+v", e)
					}
				}
			},
		})
		mustVerify(t, w)
	})
	if served == 0 {
		t.Error("nobody was ever served; the draws try too little")
	}
}
