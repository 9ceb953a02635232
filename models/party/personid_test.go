package party_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stafett/stafett/models/party"
)

// canary is a synthetic number (month + 80) with right check digits.
const canary = "03874998779"

func TestPersonIDIsElevenDigitsWithCheckDigits(t *testing.T) {
	t.Parallel()
	if p, err := party.ParsePersonID(canary); err != nil || p.Reveal() != canary || p.IsZero() {
		t.Errorf("the canary does not parse: %v", err)
	}
	if zero := (party.PersonID{}); !zero.IsZero() || zero.Reveal() != "" {
		t.Error("no number is not zero")
	}
	a, _ := party.ParsePersonID(canary)
	if b, _ := party.ParsePersonID(canary); a != b {
		t.Error("the same number twice is not equal")
	}
	for place := range canary {
		for d := '0'; d <= '9'; d++ {
			s := canary[:place] + string(d) + canary[place+1:]
			if _, err := party.ParsePersonID(s); err == nil && s != canary {
				t.Errorf("with one digit changed (place %d) it still parses", place)
			}
		}
	}
}

func TestPersonIDRefusesOtherSpellings(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "0387499877", canary + "0", " " + canary, canary + "\n", "038749 98779", "038749-98779", "０３８７４９９８７７９",
		"٠٣٨٧٤٩٩٨٧٧٩", "+3874998779", "no:pid:" + canary, "0387499877x", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		_, err := party.ParsePersonID(s)
		if err == nil {
			t.Errorf("%q parses", s)
			continue
		}
		if s != "" && len(s) > 3 && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats what was given: %v", err)
		}
		if got := faultOf(t, err); got != "pid.form" {
			t.Errorf("%q: fault %q", s, got)
		}
	}
	if _, err := party.ParsePersonID("03874998778"); faultOf(t, err) != "pid.check_digit" {
		t.Errorf("a wrong last digit: %v", err)
	}
}

func TestPersonIDIsFoundInText(t *testing.T) {
	t.Parallel()
	p, err := party.ParsePersonID(canary)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		canary: true, "NO:pid:" + canary: true, "Kari 038749 98779": true, "0387-4998-779@x.example": true, canary + "1": true,
		"": false, canary[1:]: false, "person-1": false, "0387499877x": false,
	} {
		if p.In(text) != want || (party.PersonID{}).In(text) {
			t.Errorf("in %q: %v", text, p.In(text))
		}
	}
}

// The number must not come out by accident, whichever way it is written
// (security I7, H5).
func TestPersonIDNeverPrints(t *testing.T) {
	t.Parallel()
	p, err := party.ParsePersonID(canary)
	if err != nil {
		t.Fatal(err)
	}
	type record struct {
		Name string
		PID  party.PersonID
		pid  party.PersonID // fmt asks unexported fields nothing
	}
	inside := record{"Kari", p, p}
	for _, verb := range "vTtbcdoOqxXUeEfFgGspw" {
		for _, flags := range []string{"", "+", "#", " ", "-20", "020", ".3", "+.2"} {
			format := "%" + flags + string(verb)
			for _, v := range []any{p, &p, inside, &inside, []party.PersonID{p}, map[party.PersonID]int{p: 1}, map[string]party.PersonID{"a": p}} {
				mustNotTell(t, format, fmt.Sprintf(format, v))
			}
		}
	}
	mustNotTell(t, "Sprint", fmt.Sprint(p, inside))
	mustNotTell(t, "String", p.String()+p.GoString())
	mustNotTell(t, "an error", fmt.Errorf("store %v: %w", p, errors.New(p.String())).Error())
	for name, v := range map[string]any{
		"JSON": p, "JSON pointer": &p, "JSON member": inside, "JSON map key": map[party.PersonID]string{p: "x"}, "JSON list": []any{p},
		"identity": party.Identity{Issuer: "https://login.example", Subject: "kari", PID: p},
	} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		mustNotTell(t, name, string(b))
	}
	b, err := xml.Marshal(inside)
	if err != nil {
		t.Error(err)
	}
	mustNotTell(t, "XML", string(b))
	var log strings.Builder
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).With("with", p).Info("signed in", "pid", p, "pointer", &p, "record", inside, "list", []party.PersonID{p}, slog.Group("g", "pid", p))
	}
	mustNotTell(t, "slog", log.String())
	mustNotTell(t, "panic", fmt.Sprint(panicOf(func() { panic(p) })))
}

func TestPublicTestPersonsParse(t *testing.T) {
	t.Parallel()
	rows := sharedTable(t, "synthetic-end-users.csv")
	for i, row := range rows {
		if _, err := party.ParsePersonID(row["pid"]); err != nil {
			t.Errorf("row %d: %v", i+1, err)
		}
	}
	if len(rows) != 349 {
		t.Errorf("read %d people, want 349", len(rows))
	}
}

func mustNotTell(t *testing.T, how, got string) {
	t.Helper()
	// %x and %d of the digits or of their bytes would tell them as well.
	for _, secret := range []string{canary, "3837343939", fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), "48 51 56 55"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s tells the number: %s", how, got)
		}
	}
}

func panicOf(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}
