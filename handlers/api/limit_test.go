package api

import (
	"errors"
	"testing"
	"time"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
)

func TestACallerWhoAsksTooFastIsToldHowLongToWait(t *testing.T) {
	t.Parallel()
	c := newCallers(2)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	one, other := auth.Caller{Issuer: "https://a.example/", ClientID: "one"}, auth.Caller{Issuer: "https://b.example/", ClientID: "one"}
	for i := range 2 * burst {
		if err := c.admit(one, now); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	refused := func(err error) time.Duration {
		t.Helper()
		e, ok := errors.AsType[*models.Error](err)
		if !ok || e.Kind != models.TooMany || e.Code != models.CodeTooMany {
			t.Fatalf("%v, want too many", err)
		}
		return e.Wait
	}
	for range 5 { // asking on does not make the wait longer
		if wait := refused(c.admit(one, now)); wait != time.Second {
			t.Errorf("wait %s", wait)
		}
	}
	if err := c.admit(other, now); err != nil {
		t.Errorf("another issuer's client of the same name: %v", err)
	}
	if err := c.admit(one, now.Add(500*time.Millisecond)); err != nil {
		t.Errorf("half a second later: %v", err)
	}
	refused(c.admit(one, now.Add(500*time.Millisecond)))
	if newCallers(0).admit(one, now) != nil {
		t.Error("without a bound")
	}
}
