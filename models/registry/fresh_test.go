package registry_test

import (
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/party"
)

// A browser that was left open is enough neither to let somebody else in for
// good nor to delete its owner (security B11); what was proved lately is.
func TestWhatBindsAPersonNeedsAFreshLogin(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		w.MaxAge = 15 * time.Minute
		other := party.Arrival{Identity: party.Identity{Issuer: "https://other.example/", Subject: "siri"}}
		for name, try := range map[string]func(models.Actor) error{
			"link":  func(a models.Actor) error { return w.Link(t.Context(), a, other) },
			"erase": func(a models.Actor) error { return w.Erase(t.Context(), a, models.ID(a.ID)) },
		} {
			a := w.As(siri, "")
			for _, at := range []time.Time{{}, modelstest.Noon.Add(-15*time.Minute - time.Millisecond)} {
				a.AuthTime = at
				before := marked(t, w)
				mustBe(t, try(a), models.Forbidden, models.CodeLoginTooOld)
				if e := before.since(t); len(e) != 1 || e[0].Code != models.CodeLoginTooOld {
					t.Errorf("%s: recorded %+v, want one denial", name, e)
				}
			}
		}
		a := w.As(siri, "")
		a.AuthTime = modelstest.Noon.Add(-15 * time.Minute)
		if err := w.Link(t.Context(), a, other); err != nil {
			t.Errorf("15 minutes after a login: %v", err)
		}
		if err := w.Unlink(t.Context(), a, other.Issuer, other.Subject); err != nil {
			t.Errorf("taking it away again: %v", err)
		}
		if err := w.Erase(t.Context(), a, models.ID(a.ID)); err != nil {
			t.Errorf("erase 15 minutes after a login: %v", err)
		}
	})
}

// Nor is he deleted by it; who never was sure, and an operator, may.
func TestAnUnsureLoginErasesNobody(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	a := w.As(siri, "")
	a.Level = 2
	before := marked(t, w)
	mustBe(t, w.Erase(t.Context(), a, models.ID(a.ID)), models.Forbidden, models.CodeLevelTooLow)
	before.mustHaveDenied(t, "person.erase", models.CodeLevelTooLow)
	mustBe(t, w.MayBind(t.Context(), a), models.Forbidden, models.CodeLevelTooLow)
	berit := signIn(t, w, arrival(mail, "berit", ""))
	for _, err := range []error{
		w.Erase(t.Context(), himself(berit), berit.Person), w.Erase(t.Context(), modelstest.Operator, w.ID(turid)), w.Erase(t.Context(), w.As(siri, ""), w.ID(siri)),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}

// Whoever has once come by a sure way is not made another by an unsure one: it
// ties nobody's identity to him, by which that one could come surely.
func TestAnUnsureLoginLetsNobodyElseIn(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		berit := signIn(t, w, arrival(mail, "berit", "")) // level 1, as ever
		strong := arrival(third, "carl-3", "")
		strong.Level = 3
		carl := signIn(t, w, strong)
		unsure := func(a models.Actor) models.Actor { a.Level = 2; return a }
		for name, tc := range map[string]struct {
			a    models.Actor
			who  party.Arrival
			want models.Code
		}{
			"his national id is known":      {unsure(w.As(siri, "")), arrival(eid, "stranger", ""), models.CodeLevelTooLow},
			"he has logged in at the level": {unsure(himself(carl)), arrival(eid, "stranger", ""), models.CodeLevelTooLow},
			"he is at the level":            {himself(carl), arrival(eid, "carl", ""), ""},
			"he never was":                  {himself(berit), arrival(eid, "berit", ""), ""},
			"it is his by his national id":  {unsure(w.As(siri, "")), with(arrival(eid, "siri", ""), siri), ""},
		} {
			before := marked(t, w)
			err := w.Link(t.Context(), tc.a, tc.who)
			if tc.want == "" {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			mustBe(t, err, models.Forbidden, tc.want)
			before.mustHaveDenied(t, "person.link", tc.want)
			mustBe(t, w.MayBind(t.Context(), tc.a), models.Forbidden, tc.want)
			if t.Failed() {
				t.Fatal(name)
			}
		}
		if err := w.MayBind(t.Context(), himself(berit)); err != nil {
			t.Error(err)
		}
	})
}
