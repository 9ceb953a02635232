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
		if err := w.Unlink(t.Context(), w.As(siri, ""), other.Issuer, other.Subject); err != nil {
			t.Errorf("taking it away again: %v", err)
		}
		if err := w.Erase(t.Context(), a, models.ID(a.ID)); err != nil {
			t.Errorf("erase 15 minutes after a login: %v", err)
		}
	})
}
