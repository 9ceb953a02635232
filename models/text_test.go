package models_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
)

func TestTextFallsBackInTheOrderNbNnEn(t *testing.T) {
	t.Parallel()
	all := models.Text{NB: "rettar nb", NN: "rettar nn", EN: "rights"}
	for _, tc := range []struct {
		name string
		text models.Text
		ask  models.Language
		want string
		in   models.Language
	}{
		{"the language asked for", all, models.NN, "rettar nn", models.NN},
		{"English where there is English", all, models.EN, "rights", models.EN},
		{"Bokmål before English", models.Text{NB: "b", EN: "e"}, models.NN, "b", models.NB},
		{"Nynorsk before English", models.Text{NN: "n", EN: "e"}, models.NB, "n", models.NN},
		{"English when it is all there is", models.Text{EN: "e"}, models.NB, "e", models.EN},
		{"an unknown language as Bokmål", all, "se", "rettar nb", models.NB},
		{"nothing at all", models.Text{}, models.NB, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, in := tc.text.In(tc.ask)
			if got != tc.want || in != tc.in {
				t.Errorf("In(%q) = %q in %q, want %q in %q", tc.ask, got, in, tc.want, tc.in)
			}
		})
	}
}

func TestTextFault(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		required   bool
		want       string
	}{
		{"plain", "Lønn, skat", true, ""},
		{"two paragraphs", "Ja.\r\n\r\nNei", true, ""},
		{"other scripts", "Ψηφ 数字 ябв", true, ""},
		{"a composed and a combining letter", "é e\u0301", true, ""},
		{"absent though required", "", true, "required"},
		{"absent and optional", "", false, ""},
		{"blank though required", " \t\n", true, "required"},
		{"no-break spaces only", "\u00a0\u2003", true, "required"},
		{"ten characters of twenty bytes", "øøøøøøøøøø", true, ""},
		{"eleven characters", "øøøøøøøøøøø", true, "too_long"},
		{"a nul", "a\x00b", true, "text.control"},
		{"an escape", "\x1b[31m", true, "text.control"},
		{"a tab", "a\tb", true, "text.control"},
		{"a C1 control", "a\u0085b", true, "text.control"},
		{"right-to-left override", "a\u202eb", true, "text.control"},
		{"isolate", "a\u2066b", true, "text.control"},
		{"Arabic letter mark", "a\u061cb", true, "text.control"},
		{"zero-width space", "a\u200bb", true, "text.control"},
		{"zero-width joiner", "a\u200db", true, "text.control"},
		{"soft hyphen", "a\u00adb", true, "text.control"},
		{"byte order mark", "\ufeffab", true, "text.control"},
		{"a tag character", "a\U000e0041", true, "text.control"},
		{"private use", "a\ue000", true, "text.control"},
		{"line separator", "a\u2028b", true, "text.control"},
		{"paragraph separator", "a\u2029b", true, "text.control"},
		{"a Hangul filler that looks like nothing", "a\u3164b", true, "text.control"},
		{"a blank Braille pattern", "a\u2800b", true, "text.control"},
		{"a code point that is no character", "a\ufffe", true, "text.control"},
		{"a broken byte", "a\xffb", true, "text.control"},
		{"half a surrogate", "a\xed\xa0\x80", true, "text.control"},
		{"control in an optional text", "\x7f", false, "text.control"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := models.TextFault(tc.text, 10, tc.required); got != tc.want {
				t.Errorf("TextFault(%q) = %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

func TestLineFaultRefusesLineBreaks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Fjordlønn": "", "": "required", "Fjord\nlønn": "text.control", "Fjord\r": "text.control", "Fjordlønn AS": "too_long",
	} {
		if got := models.LineFault(text, 10, true); got != want {
			t.Errorf("LineFault(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestParseIDTakesCanonicalUUIDsOnly(t *testing.T) {
	t.Parallel()
	const id = "704013ee-e82a-433e-83c5-a40e6e00d746"
	for _, ok := range []string{id, strings.ToUpper(id)} {
		if got, err := models.ParseID(ok); err != nil || got != id {
			t.Errorf("ParseID(%q) = %q, %v", ok, got, err)
		}
	}
	for _, bad := range []string{
		"", "1", "null", id[1:], id + "0", " " + id, id + "\n", "{" + id + "}", "urn:uuid:" + id,
		strings.ReplaceAll(id, "-", ""), strings.Replace(id, "7", "g", 1), strings.Replace(id, "-", "_", 1),
		strings.Replace(id, "7", "٧", 1), "' or 1=1 --" + id[11:], "../../../../../../../../../../../etc",
	} {
		_, err := models.ParseID(bad)
		if e, ok := errors.AsType[*models.Error](err); !ok || e.Kind != models.NotFound {
			t.Errorf("ParseID(%q): %v, want the NotFound of an absent id", bad, err)
		}
	}
	if a, b := models.NewID(), models.NewID(); a == b || string(a)[14] != '4' {
		t.Errorf("NewID gave %s and %s, want two random (version 4) ids", a, b)
	}
}

func TestErrorTellsCodeFieldsAndCauseToLogs(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk is full")
	err := &models.Error{
		Kind: models.Invalid, Code: models.CodeInvalid, Err: cause,
		Fields: []models.FieldError{{Field: "id", Fault: "required"}, {Field: "title", Fault: "too_long"}},
	}
	if got, want := err.Error(), "invalid id:required title:too_long: disk is full"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(fmt.Errorf("approve: %w", err), cause) {
		t.Error("the cause is not found through the error")
	}
}

func TestCodeOf(t *testing.T) {
	t.Parallel()
	known := fmt.Errorf("approve request: %w", models.NewError(models.Conflict, models.CodeRequestDecided))
	for err, want := range map[error]models.Code{
		known:                     models.CodeRequestDecided,
		errors.New("broken pipe"): models.CodeInternal,
		nil:                       models.CodeInternal,
	} {
		if got := models.CodeOf(err); got != want {
			t.Errorf("CodeOf(%v) = %s, want %s", err, got, want)
		}
	}
}

func TestCodesAreNamedOnce(t *testing.T) {
	t.Parallel()
	seen := map[models.Code]bool{}
	for _, c := range models.Codes() {
		if seen[c] || c == "" {
			t.Errorf("code %q stands twice, or is empty", c)
		}
		seen[c] = true
	}
}

func TestFaultsAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	var f models.Faults
	f.Add("id", "")
	if err := f.Err(); err != nil {
		t.Errorf("no fault gives %v", err)
	}
	f.Add("id", "required")
	f.Add("title", "too_long")
	e, ok := errors.AsType[*models.Error](f.Err())
	if !ok || e.Kind != models.Invalid {
		t.Fatalf("Err() = %v, want an Invalid error", f.Err())
	}
	want := []models.FieldError{{Field: "id", Fault: "required"}, {Field: "title", Fault: "too_long"}}
	if diff := cmp.Diff(want, e.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
