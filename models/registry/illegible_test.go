package registry_test

import (
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/modelstest"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/system"
)

// PostgreSQL cannot hold these, and must not be asked for them.
func TestWhatNoDatabaseHoldsIsNotLookedUp(t *testing.T) {
	t.Parallel()
	modelstest.Each(t, func(t *testing.T, open modelstest.Opener) {
		w := open(t)
		s := w.Registered(t)
		for _, bad := range []string{"\x00", "a\x00b", "\xff"} {
			edit := registry.SystemEdit{Type: system.Updated, Edit: func(s *system.System) models.Faults {
				s.Clients = []system.Client{{Issuer: bad, ID: "klient"}}
				return nil
			}}
			if _, err := w.UpdateSystem(t.Context(), programOf(fjord), s.ID, edit); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("issuer %q of a system: %v", bad, err)
			}
			other := s
			other.ID, other.Clients = s.ID+"2", []system.Client{{Issuer: bad, ID: "klient"}}
			if _, err := w.RegisterSystem(t.Context(), programOf(fjord), other); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("issuer %q of a new system: %v", bad, err)
			}
			found, _, _, err := w.SentChanges(t.Context(), programOf(fjord), registry.ChangeQuery{System: s.ID, ExternalRef: bad}, 1, true)
			if err != nil || len(found) > 0 {
				t.Errorf("change requests with the reference %q: %v, %v", bad, found, err)
			}
		}
	})
}
