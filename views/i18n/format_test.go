package i18n_test

import (
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

func TestTimesAreWrittenAsNorwegiansReadThem(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC) // past midnight in Norway
	for l, want := range map[models.Language][2]string{
		models.NB: {"1. januar 2027", "1. januar 2027 kl. 00.30"},
		models.NN: {"1. januar 2027", "1. januar 2027 kl. 00.30"},
		models.EN: {"1 January 2027", "1 January 2027 at 00:30"},
	} {
		ctx := i18n.With(t.Context(), l)
		if got := i18n.Date(ctx, at); got != want[0] {
			t.Errorf("%s: %q, want %q", l, got, want[0])
		}
		if got := i18n.DateTime(ctx, at); got != want[1] {
			t.Errorf("%s: %q, want %q", l, got, want[1])
		}
	}
	summer := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	if got := i18n.DateTime(t.Context(), summer); got != "1. juli 2026 kl. 14.00" {
		t.Errorf("summer time: %q", got)
	}
	if got := i18n.Machine(summer.In(i18n.Oslo)); got != "2026-07-01T12:00:00Z" {
		t.Errorf("machine: %q", got)
	}
}

func TestNumbersStayOnOneLine(t *testing.T) {
	if got := i18n.OrgNo("310678961"); got != "310\u202f678\u202f961" {
		t.Errorf("organisation number %q", got)
	}
	if got := i18n.OrgNo("31067896"); got != "31067896" {
		t.Errorf("too short: %q", got)
	}
	en := i18n.With(t.Context(), models.EN)
	for n, want := range map[int]string{0: "0", 999: "999", 1204: "1\u202f204", -12345678: "−12\u202f345\u202f678"} {
		if got := i18n.Number(t.Context(), n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := i18n.Number(en, 1204); got != "1,204" {
		t.Errorf("English: %q", got)
	}
}

func TestRolesStandWithinASentence(t *testing.T) {
	for _, c := range []struct {
		l          models.Language
		name, want string
	}{
		{models.NB, "Daglig leder", "daglig leder"},
		{models.NB, "Økonomi for Oslo", "økonomi for Oslo"},
		{models.NB, "HADM", "HADM"},
		{models.NN, "Styrets leiar", "styrets leiar"},
		{models.EN, "Chair of the Board", "chair of the board"},
		{models.EN, "Norwegian Representative", "Norwegian representative"},
		{models.EN, "Contact Person NUF", "contact person NUF"},
		{models.EN, "", ""},
	} {
		if got := i18n.Within(i18n.With(t.Context(), c.l), c.name); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.l, c.name, got, c.want)
		}
	}
}

func TestPublicBodiesAreNamed(t *testing.T) {
	if got := i18n.Agency(t.Context(), "skd"); got != "Skatteetaten" {
		t.Errorf("known: %q", got)
	}
	if got := i18n.Agency(t.Context(), "Havn kommune"); got != "Havn kommune" {
		t.Errorf("unknown: %q", got)
	}
}
