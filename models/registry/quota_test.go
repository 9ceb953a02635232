package registry_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
)

// What is over the quota is refused with how long to wait, changes nothing, and
// is possible again in the next hour.
func TestQuotas(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		for name, quotas := range map[string]registry.Quotas{"of the supplier": {Supplier: 2}, "of the customer": {Customer: 2}, "of both": {Supplier: 2, Customer: 2}} {
			w := open(t)
			w.Quotas = quotas
			s, err := w.RegisterSystem(t.Context(), w.As(modelstest.Jonas, modelstest.Fjord), modelstest.System())
			if err != nil {
				t.Fatal(err)
			}
			program := models.Actor{Kind: models.Organisation, ID: "fjord", OrgNo: string(modelstest.Fjord)}
			ask := func(ref string) error {
				_, _, err := w.Ask(t.Context(), program, request.Request{
					Kind: "standard", System: s.ID, Customer: modelstest.Bakeri, ExternalRef: ref, Items: s.Asked(),
				})
				return err
			}
			w.Clock.Set(modelstest.Noon.Add(50 * time.Minute))
			for _, ref := range []string{"a", "b", "a", "b"} { // asked again, nothing new is sent
				if err := ask(ref); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			before := marked(t, w)
			e, ok := errors.AsType[*models.Error](ask("c"))
			if !ok || e.Kind != models.TooMany || e.Code != models.CodeTooMany || e.Wait != 10*time.Minute {
				t.Errorf("%s: %v", name, e)
			}
			before.mustHaveDoneNothing(t)
			w.Clock.Set(modelstest.Noon.Add(time.Hour))
			if err := ask("c"); err != nil {
				t.Errorf("%s, in the next hour: %v", name, err)
			}
			if err := w.PurgeQuotas(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// Customers are told of what is renewed as of what is new: it counts as much.
func TestRenewingCounts(t *testing.T) {
	t.Parallel()
	w := modelstest.Open(t)
	sent, c := w.Sent(t, "one"), changed(t, w, "two")
	ways := []func() error{
		func() error { return second(w.RenewRequest(t.Context(), fjordProgram, sent.ID)) },
		func() error { return second(w.RenewChange(t.Context(), program, c.Correlation)) },
	}
	w.Quotas = registry.Quotas{Customer: len(ways)}
	for _, renew := range ways {
		if err := renew(); err != nil {
			t.Fatal(err)
		}
	}
	before := marked(t, w)
	for _, renew := range ways {
		mustBe(t, renew(), models.TooMany, models.CodeTooMany)
	}
	before.mustHaveDoneNothing(t)
}
