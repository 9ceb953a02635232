package brreg_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
)

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	now := newClock().Now()
	sub := `,"overordnetEnhet":"991825827"`
	for name, tc := range map[string]struct {
		unit, sub http.HandlerFunc
		want      party.Organisation
	}{
		"a unit":         {unit: says(unitJSON(fjord, "Fjordlønn AS", "AS", "")), want: party.Organisation{OrgNo: fjord, Name: "Fjordlønn AS", Form: "AS"}},
		"a sub-unit":     {sub: says(unitJSON(fjord, "Fjordlønn avd. Ø", "BEDR", `,"overordnetEnhet":"974760673"`)), want: party.Organisation{OrgNo: fjord, Name: "Fjordlønn avd. Ø", Form: "BEDR", Parent: tall}},
		"part of a unit": {unit: says(unitJSON(fjord, "Kaien", "ORGL", `,"overordnetEnhet":"974760673"`)), want: party.Organisation{OrgNo: fjord, Name: "Kaien", Form: "ORGL", Parent: tall}},
		"struck off": {
			unit: says(`{"respons_klasse":"SlettetEnhet","organisasjonsnummer":"991825827","navn":"Fjordlønn AS","organisasjonsform":{"kode":"AS"},"slettedato":"2026-03-01"}`),
			want: party.Organisation{OrgNo: fjord, Name: "Fjordlønn AS", Form: "AS", StruckOff: day("2026-03-01")},
		},
		"removed, with its day":     {unit: fails(410, `{"organisasjonsnummer":"991825827","slettedato":"2026-02-03"}`), want: party.Organisation{OrgNo: fjord, StruckOff: day("2026-02-03")}},
		"removed, day of another":   {unit: fails(410, `{"organisasjonsnummer":"974760673","slettedato":"2026-02-03"}`), want: party.Organisation{OrgNo: fjord, StruckOff: now}},
		"removed, without a word":   {unit: fails(410, ``), want: party.Organisation{OrgNo: fjord, StruckOff: now}},
		"removed, with a page":      {unit: fails(410, `<html>gone</html>`, "Content-Type", "text/html"), want: party.Organisation{OrgNo: fjord, StruckOff: now}},
		"a sub-unit removed":        {sub: fails(410, ``), want: party.Organisation{OrgNo: fjord, StruckOff: now}},
		"a sub-unit deleted":        {sub: says(unitJSON(fjord, "Kai", "BEDR", `,"slettedato":"2026-05-06","nedleggelsesdato":"2026-05-01"`)), want: party.Organisation{OrgNo: fjord, Name: "Kai", Form: "BEDR", StruckOff: day("2026-05-06")}},
		"a sub-unit closed":         {sub: says(unitJSON(fjord, "Kai", "AAFY", `,"nedleggelsesdato":"2026-11-20"`)), want: party.Organisation{OrgNo: fjord, Name: "Kai", Form: "AAFY", StruckOff: day("2026-11-20")}},
		"a sub-unit that will end":  {sub: says(unitJSON(fjord, "Kai", "BEDR", `,"nedleggelsesdato":"2026-12-31"`)), want: party.Organisation{OrgNo: fjord, Name: "Kai", Form: "BEDR"}},
		"a name that turns text":    {unit: says(unitJSON(fjord, "Fjord\u202eSA", "AS", "")), want: party.Organisation{OrgNo: fjord, Form: "AS"}},
		"a name on two lines":       {unit: says(`{"organisasjonsnummer":"991825827","navn":"Fjord\nlønn"}`), want: party.Organisation{OrgNo: fjord}},
		"a name without end":        {unit: says(unitJSON(fjord, strings.Repeat("Fjord ", 90), "AS", "")), want: party.Organisation{OrgNo: fjord, Form: "AS"}},
		"a form that is none":       {unit: says(unitJSON(fjord, "Fjord", "<b>AS", "")), want: party.Organisation{OrgNo: fjord, Name: "Fjord"}},
		"members that are null":     {unit: says(`{"organisasjonsnummer":"991825827","navn":null,"organisasjonsform":null,"overordnetEnhet":null,"slettedato":null}`), want: party.Organisation{OrgNo: fjord}},
		"its own sub-unit, ignored": {unit: says(unitJSON(fjord, "Fjord", "SÆR", "")), sub: says(unitJSON(fjord, "Kai", "BEDR", sub)), want: party.Organisation{OrgNo: fjord, Name: "Fjord", Form: "SÆR"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRegister(t)
			r.on(unitPath(fjord), tc.unit)
			r.on(subPath(fjord), tc.sub)
			got, at, err := r.client(t).Organisation(t.Context(), fjord)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !at.Equal(r.Now()) {
				t.Errorf("said at %v, want now", at)
			}
		})
	}
}

func TestUnknownOrganisation(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	err := organisation(t.Context(), c, rotor)
	wantKind(t, err, models.NotFound)
	if models.CodeOf(err) != models.CodeOrgUnknown {
		t.Errorf("code %s", models.CodeOf(err))
	}
	r.wantAsked(t, 2)
	// It may be registered at any time, so absence is asked about again sooner.
	r.on(unitPath(rotor), says(unitJSON(rotor, "Rotor AS", "AS", "")))
	r.forward(5*time.Minute + time.Second)
	if err := organisation(t.Context(), c, rotor); err != nil {
		t.Errorf("after five minutes: %v", err)
	}
}

func TestNumbersAreCheckedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("t") })
	for _, o := range []party.OrgNo{"", "991825828", "../roller", "991825827/../974760673", "9918258270"} {
		for what, ask := range questions() {
			if err := ask(t.Context(), c, o); models.CodeOf(err) != models.CodeInvalid {
				t.Errorf("%s of %q: %v, want invalid", what, o, err)
			}
		}
	}
	r.wantAsked(t, 0)
}

// questions are what can be asked about an organisation.
func questions() map[string]func(context.Context, *brreg.Client, party.OrgNo) error {
	return map[string]func(context.Context, *brreg.Client, party.OrgNo) error{
		"Organisation": organisation,
		"SubUnits": func(ctx context.Context, c *brreg.Client, o party.OrgNo) error {
			_, _, err := c.SubUnits(ctx, o)
			return err
		},
		"Relations": func(ctx context.Context, c *brreg.Client, o party.OrgNo) error {
			_, _, err := c.Relations(ctx, o)
			return err
		},
		"Roles": func(ctx context.Context, c *brreg.Client, o party.OrgNo) error {
			_, err := c.Roles(ctx, o)
			return err
		},
	}
}

// Whatever comes from the register's address, it is a failure that repeats no
// word of it.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	_, _ = fmt.Fprint(zip, `{"navn":"`+secret+strings.Repeat(" ", 20<<20)+`"}`)
	_ = zip.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"huge":                      says(`{"navn":"` + secret + strings.Repeat("a", 9<<20) + `"}`),
		"huge and blank":            says(unitJSON(fjord, secret, "AS", "") + strings.Repeat(" ", 9<<20)),
		"huge when unpacked":        fails(200, bomb.String(), "Content-Encoding", "gzip"),
		"a web page":                fails(200, `<html>`+secret, "Content-Type", "text/html"),
		"a web page called JSON":    says(`<html>` + secret),
		"a type that is none":       fails(200, `{}`, "Content-Type", "json"),
		"nothing":                   says(``),
		"text":                      says(`"` + secret + `"`),
		"cut off":                   says(`{"organisasjonsnummer":"991825827","navn":"` + secret),
		"two documents":             says(`{"organisasjonsnummer":"991825827"}{"navn":"` + secret + `"}`),
		"a member twice":            says(`{"organisasjonsnummer":"991825827","organisasjonsnummer":"991825827","` + secret + `":1}`),
		"bad UTF-8":                 says("{\"organisasjonsnummer\":\"991825827\",\"navn\":\"" + secret + "\xff\"}"),
		"deep":                      says(strings.Repeat(`{"`+secret+`":`, 20_000)),
		"sent elsewhere":            fails(302, secret, "Location", other.URL),
		"sent elsewhere for good":   fails(308, secret, "Location", other.URL),
		"a bad question":            fails(400, secret),
		"forbidden":                 fails(403, secret),
		"unchanged, never asked so": fails(304, ""),
		"a fault":                   fails(500, secret),
		"too many":                  fails(429, secret),
		"too many, for ever":        fails(429, secret, "Retry-After", "99999999999999999999"),
		"bad gateway with a page":   fails(502, `<html>`+secret, "Content-Type", "text/html"),
		"no answer":                 func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegister(t)
			for _, uri := range []string{
				unitPath(fjord), rolesPath(fjord), "/autorisert-api" + rolesPath(fjord)[len("/api"):], subUnitsPath(fjord, 0),
				"/api/oppdateringer/enheter?oppdateringsid=8&size=10&sort=id%2CASC",
			} {
				r.on(uri, answer)
			}
			all := questions()
			all["Updates"] = func(ctx context.Context, c *brreg.Client, _ party.OrgNo) error {
				_, _, err := c.Updates(ctx, brreg.FeedUnits, 7, time.Time{}, 10)
				return err
			}
			for what, ask := range all {
				// A client for each, since the first failure keeps it from asking again.
				c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("t") })
				t.Run(what, func(t *testing.T) { wantUnavailable(t, ask(t.Context(), c, fjord)) })
			}
		})
	}
	if elsewhere.Load() > 0 {
		t.Error("a redirect was followed")
	}
}

// An answer of other types than documented, or about somebody else, is none.
func TestAnswersThatDoNotFit(t *testing.T) {
	t.Parallel()
	roles := func(role string) string {
		return `{"rollegrupper":[{"type":{"kode":"REGN"},"roller":[` + role + `]}]}`
	}
	for what, answers := range map[string]map[string]string{
		"Organisation": {
			"a list":                `["` + secret + `"]`,
			"nothing":               `{}`,
			"null":                  `null`,
			"number is a number":    `{"organisasjonsnummer":991825827,"navn":"` + secret + `"}`,
			"name is a list":        `{"organisasjonsnummer":"991825827","navn":["` + secret + `"]}`,
			"form is text":          `{"organisasjonsnummer":"991825827","organisasjonsform":"` + secret + `"}`,
			"day is none":           `{"organisasjonsnummer":"991825827","slettedato":"` + secret + `"}`,
			"day is a number":       `{"organisasjonsnummer":"991825827","slettedato":20260301}`,
			"closing day is none":   `{"organisasjonsnummer":"991825827","nedleggelsesdato":"2026-13-01"}`,
			"parent is none":        `{"organisasjonsnummer":"991825827","overordnetEnhet":"` + secret + `"}`,
			"its own parent":        `{"organisasjonsnummer":"991825827","overordnetEnhet":"991825827"}`,
			"another organisation":  unitJSON(tall, secret, "AS", ""),
			"number does not hold":  `{"organisasjonsnummer":"991825828","navn":"` + secret + `"}`,
			"names in other letter": `{"Organisasjonsnummer":"991825827","navn":"` + secret + `"}`,
		},
		"SubUnits": {
			"of another":           `{"_embedded":{"underenheter":[` + unitJSON(fjordB, secret, "BEDR", `,"overordnetEnhet":"974760673"`) + `]},"page":{"totalPages":1}}`,
			"of nobody":            `{"_embedded":{"underenheter":[` + unitJSON(fjordB, secret, "BEDR", ``) + `]},"page":{"totalPages":1}}`,
			"number does not hold": `{"_embedded":{"underenheter":[{"organisasjonsnummer":"1","overordnetEnhet":"991825827"}]},"page":{"totalPages":1}}`,
			"pages is text":        `{"page":{"totalPages":"` + secret + `"}}`,
			"no list at all":       `{}`,
			"list is an object":    `{"_embedded":{"underenheter":{"` + secret + `":1}}}`,
		},
		"Relations": {
			"without groups":           `{"melding":"` + secret + `"}`,
			"another organisation":     `{"organisasjonsnummer":"974760673","rollegrupper":[]}`,
			"accountant is nobody":     roles(`{"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"` + secret + `"}}`),
			"accountant has no number": roles(`{"type":{"kode":"REGN"},"enhet":{"navn":["` + secret + `"]}}`),
			"resigned is text":         roles(`{"type":{"kode":"REGN"},"fratraadt":"` + secret + `"}`),
			"deleted is a number":      roles(`{"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"974760673","erSlettet":0}}`),
			"code is a number":         roles(`{"type":{"kode":1}}`),
		},
		"Roles": {
			"without groups":       `{"melding":"` + secret + `"}`,
			"another organisation": `{"organisasjonsnummer":"974760673","rollegrupper":[]}`,
			"id is a number":       roles(`{"type":{"kode":"DAGL"},"person":{"fodselsnummer":11845010120}}`),
			"dead is text":         roles(`{"type":{"kode":"DAGL"},"person":{"fodselsnummer":"11845010120","erDoed":"` + secret + `"}}`),
			"name is text":         roles(`{"type":{"kode":"DAGL"},"person":{"fodselsnummer":"11845010120","navn":"` + secret + `"}}`),
			"deregistered is text": roles(`{"type":{"kode":"DAGL"},"avregistrert":"ja","person":{"fodselsnummer":"11845010120"}}`),
		},
	} {
		for name, body := range answers {
			t.Run(what+"/"+name, func(t *testing.T) {
				t.Parallel()
				r := newRegister(t)
				for _, uri := range []string{unitPath(fjord), rolesPath(fjord), "/autorisert-api" + rolesPath(fjord)[len("/api"):], subUnitsPath(fjord, 0)} {
					r.on(uri, says(body))
				}
				c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("t") })
				wantUnavailable(t, questions()[what](t.Context(), c, fjord))
			})
		}
	}
}

func TestSubUnits(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	of := func(numbers ...string) string {
		var list []string
		for _, n := range numbers {
			list = append(list, unitJSON(party.OrgNo(n), "Kai "+n, "BEDR", `,"overordnetEnhet":"991825827"`))
		}
		return strings.Join(list, ",")
	}
	listed := func(pages int, units string) http.HandlerFunc {
		return says(fmt.Sprintf(`{"_embedded":{"underenheter":[%s]},"_links":{},"page":{"size":500,"totalElements":9,"totalPages":%d,"number":0}}`, units, pages))
	}
	r.on(subUnitsPath(fjord, 0), listed(2, of("313775429", "310001376")))
	// The list moved while it was read: one stands on both pages.
	r.on(subUnitsPath(fjord, 1), listed(2, of("313775429", "310000000")))
	got, at, err := c.SubUnits(t.Context(), fjord)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, u := range got {
		if u.Parent != fjord || u.Name != "Kai "+string(u.OrgNo) {
			t.Errorf("sub-unit %+v", u)
		}
		numbers = append(numbers, string(u.OrgNo))
	}
	if diff := cmp.Diff([]string{"310000000", "310001376", "313775429"}, numbers); diff != "" {
		t.Error(diff)
	}
	if !at.Equal(r.Now()) {
		t.Errorf("at %v", at)
	}
	r.wantAsked(t, 2)

	r.on(subUnitsPath(tall, 0), says(`{"_links":{},"page":{"size":500,"totalElements":0,"totalPages":0,"number":0}}`))
	if got, _, err := c.SubUnits(t.Context(), tall); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %v", got, err)
	}
	// More than the register lists is a failure, and not the first 10 000.
	r.questions()
	r.on(subUnitsPath(rotor, 0), says(`{"_embedded":{"underenheter":[`+unitJSON(party.OrgNo("310002747"), "Kai", "BEDR", `,"overordnetEnhet":"210223282"`)+`]},"page":{"totalPages":21}}`))
	_, _, err = c.SubUnits(t.Context(), rotor)
	wantUnavailable(t, err)
	r.wantAsked(t, 1)
	// A list is as old as its oldest page.
	then := r.Now()
	r.forward(time.Hour)
	r.on(subUnitsPath(fjord, 1), fails(500, ""))
	if got, at, err := c.SubUnits(t.Context(), fjord); err != nil || len(got) != 3 || !at.Equal(then) {
		t.Errorf("with a page of before: %d, %v, %v", len(got), at, err)
	}
}

func subUnitsPath(o party.OrgNo, page int) string {
	return fmt.Sprintf("/api/underenheter?overordnetEnhet=%s&page=%d&size=500", o, page)
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := brreg.Config{Client: http.DefaultClient, Now: time.Now}
	for name, change := range map[string]func(*brreg.Config){
		"no client":       func(c *brreg.Config) { c.Client = nil },
		"no clock":        func(c *brreg.Config) { c.Now = nil },
		"no https":        func(c *brreg.Config) { c.URL = "http://data.brreg.example/enhetsregisteret" },
		"a user":          func(c *brreg.Config) { c.URL = "https://kari:" + secret + "@data.brreg.example/" },
		"a query":         func(c *brreg.Config) { c.URL = "https://data.brreg.example/?key=" + secret },
		"no host":         func(c *brreg.Config) { c.URL = "https:///" + secret },
		"no address":      func(c *brreg.Config) { c.URL = secret + "\x7f" },
		"another host":    func(c *brreg.Config) { c.URL = "http://localhost.example/" },
		"a file":          func(c *brreg.Config) { c.URL = "file://localhost/etc" },
		"only a fragment": func(c *brreg.Config) { c.URL = "https://data.brreg.example/#x" },
	} {
		cfg := good
		change(&cfg)
		if _, err := brreg.New(cfg); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, u := range []string{"", "https://data.brreg.example/enhetsregisteret/", "http://localhost:9/", "http://127.0.0.1:9", "http://[::1]:9"} {
		cfg := good
		cfg.URL = u
		if _, err := brreg.New(cfg); err != nil {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestItSaysWhoItIs(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	_ = organisation(t.Context(), r.client(t), fjord)
	for _, req := range r.questions() {
		if !strings.HasPrefix(req.UserAgent(), "Stafett") || req.Header.Get("Accept") != "application/json" || req.Header.Get("Authorization") != "" {
			t.Errorf("headers %v", req.Header)
		}
	}
}
