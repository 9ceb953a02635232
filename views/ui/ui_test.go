package ui_test

import (
	"strings"
	"testing"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/ui"
	"github.com/stafett/stafett/views/viewstest"
)

func TestLogoHasTwoLettersOfTheName(t *testing.T) {
	for name, want := range map[string]string{
		"Fjellregnskap": "FJ", "Lønn Pluss": "LP", "ål & Ørret Drift": "ÅØ", "X": "X", "": "", "-": "", "Ø1": "Ø1",
	} {
		if got := ui.Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestFieldIsTiedToItsLabelHelpAndFault(t *testing.T) {
	in := ui.Input{Name: "clients[0].id", Label: "Klient", Help: "Slik", Value: `"><script>`, Fault: "required"}
	got := viewstest.Render(t.Context(), t, ui.TextField(in))
	for _, want := range []string{
		`for="f-clients-0--id"`, `id="f-clients-0--id"`, `aria-describedby="f-clients-0--id-help f-clients-0--id-fault"`,
		`aria-invalid="true"`, `name="clients[0].id"`, `&#34;&gt;&lt;script&gt;`, "Fyll ut dette feltet",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	sound := viewstest.Render(t.Context(), t, ui.TextField(ui.Input{Name: "a", Label: "A"}))
	if strings.Contains(sound, "aria-invalid") || strings.Contains(sound, "aria-describedby") {
		t.Errorf("a field without help and fault refers to some: %s", sound)
	}
}

func TestSummaryLeadsToTheFields(t *testing.T) {
	got := viewstest.Render(t.Context(), t, ui.ErrorSummary([]ui.Faulty{{ID: "f-orgno", Label: "Kunde", Fault: "orgno.form"}}))
	if !strings.Contains(got, `href="#f-orgno"`) || !strings.Contains(got, "Kunde: Et organisasjonsnummer har ni sifre") {
		t.Errorf("got %s", got)
	}
	if got := viewstest.Render(t.Context(), t, ui.ErrorSummary(nil)); got != "" {
		t.Errorf("without faults: %s", got)
	}
}

func TestFirstFaultOfAFieldIsFound(t *testing.T) {
	faults := []models.FieldError{{Field: "a", Fault: "required"}, {Field: "b", Fault: "too_long"}, {Field: "b", Fault: "form"}}
	if a, b, c := ui.Fault(faults, "a"), ui.Fault(faults, "b"), ui.Fault(faults, "c"); a != "required" || b != "too_long" || c != "" {
		t.Errorf("got %q, %q, %q", a, b, c)
	}
}

func TestTextInAnotherLanguageSaysSo(t *testing.T) {
	if got := viewstest.Render(t.Context(), t, ui.Foreign("Accounts", "en")); got != `<span lang="en">Accounts</span>` {
		t.Errorf("got %s", got)
	}
	if got := viewstest.Render(t.Context(), t, ui.Foreign("Regnskap", "nb")); got != "Regnskap" {
		t.Errorf("got %s", got)
	}
}
