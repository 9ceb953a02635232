package ui_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
	"github.com/stafett/stafett/views/viewstest"
)

func TestEveryRightOfAHoldingHasWords(t *testing.T) {
	for _, c := range ui.Cans() {
		if !i18n.Has("holding.can." + string(c)) {
			t.Errorf("holding.can.%s has no text", c)
		}
	}
}

func TestOriginSaysWhereFromAndHowLong(t *testing.T) {
	march := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	newYear := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Oslo
	for want, o := range map[string]ui.Origin{
		"Fra Enhetsregisteret · siden 3. mars 2026":                            {Source: party.SourceRegister, From: march},
		"Gitt av Kari Nes · siden 3. mars 2026 · til og med 31. desember 2026": {Source: party.SourceGiven, By: "Kari Nes", From: march, Until: newYear},
		"Gitt av en i virksomheten":                                            {Source: party.SourceGiven},
		"Fra en invitasjon · siden 3. mars 2026 · avsluttet 1. januar 2027":    {Source: party.SourceInvitation, From: march, Until: newYear, Ended: newYear},
		"Opplyst av Jobbkonto ved innlogging · siden 3. mars 2026":             {Source: party.SourceClaim + "jobb", Provider: "Jobbkonto", From: march, Until: newYear},
		"Lest inn av dem som driver registeret":                                {Source: party.SourceImport},
	} {
		if got := strings.TrimSpace(viewstest.Render(t.Context(), t, ui.OriginLine(o))); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Only what was given here may be ended here; all else must say where.
func TestWhatIsEndedElsewhereSaysWhere(t *testing.T) {
	for _, source := range []string{party.SourceRegister, party.SourceImport, party.SourceClaim + "x", "matrikkel"} {
		if got := (ui.Origin{Source: source, Provider: "X"}).Elsewhere(t.Context()); got == "" {
			t.Errorf("%s: nothing is said", source)
		}
	}
	for _, source := range []string{party.SourceGiven, party.SourceInvitation} {
		if got := (ui.Origin{Source: source}).Elsewhere(t.Context()); got != "" {
			t.Errorf("%s: %q", source, got)
		}
	}
}

func TestStepUpLeadsToTheLogin(t *testing.T) {
	if got := viewstest.Render(t.Context(), t, ui.StepUp("", "/x")); got != "" {
		t.Errorf("without a need: %s", got)
	}
	for _, n := range []ui.Need{ui.NeedLevel, ui.NeedAge} {
		if got := viewstest.Render(t.Context(), t, ui.StepUp(n, "/login/again?next=%2Fa")); !strings.Contains(got, `href="/login/again?next=%2Fa"`) || strings.Contains(got, "⟦") {
			t.Errorf("%s: %s", n, got)
		}
	}
}
