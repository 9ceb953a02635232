package brreg_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/exchange"
	"github.com/stafett/stafett/models/party"
)

// Synthetic national ids (month + 80).
const (
	kari = "11845010120"
	ola  = "11845010201"
	liv  = "11845010392"
)

func token(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

func TestRelations(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t)
	org := func(code, number, more string) string {
		return fmt.Sprintf(`{"type":{"kode":%q,"beskrivelse":"x"},"enhet":{"organisasjonsnummer":%q,"organisasjonsform":{"kode":"AS"},"navn":["TALL","AS"],"erSlettet":false},"fratraadt":false,"rekkefolge":0%s}`, code, number, more)
	}
	r.on(rolesPath(fjord), says(`{"organisasjonsnummer":"991825827","rollegrupper":[
		{"type":{"kode":"DAGL"},"sistEndret":"2024-01-01","roller":[{"type":{"kode":"DAGL"},"person":{"fodselsdato":"1950-04-11","navn":{"fornavn":"Kari","etternavn":"Nordmann"},"erDoed":false},"fratraadt":false}]},
		{"type":{"kode":"REGN"},"roller":[`+org("REGN", "974760673", "")+`,`+org("REGN", "974760673", "")+`]},
		{"type":{"kode":"REVI"},"roller":[`+org("REVI", "210223282", "")+`,`+org("REVI", "310000000", `,"avregistrert":true`)+`]},
		{"type":{"kode":"FFØR"},"roller":[`+org("FFØR", "310001376", "")+`]},
		{"type":{"kode":"REGN"},"roller":[{"type":{"kode":"REGN"},"enhet":{"organisasjonsnummer":"310002747","erSlettet":true}},
			{"type":{"kode":"REGN"},"fratraadt":true,"enhet":{"organisasjonsnummer":"310004111"}},
			{"type":{"kode":"REGN"},"person":{"fodselsdato":"1950-04-11"}},`+org("REGN", "991825827", "")+`]},
		{"type":{"kode":"KOMP"},"roller":[`+org("KOMP", "310005487", "")+`,`+org("NYKODE", "310006858", "")+`]},
		{"type":{"kode":"TOM"}}]}`))
	got, at, err := c.Relations(t.Context(), fjord)
	if err != nil || !at.Equal(r.Now()) {
		t.Fatal(at, err)
	}
	want := []party.Relation{
		{Facilitator: tall, Client: fjord, RoleURN: "urn:altinn:external-role:ccr:regnskapsforer"},
		{Facilitator: rotor, Client: fjord, RoleURN: "urn:altinn:external-role:ccr:revisor"},
		{Facilitator: "310001376", Client: fjord, RoleURN: "urn:altinn:external-role:ccr:forretningsforer"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	got[0].Facilitator = rotor // what a caller does with it stays with him
	if again, _, _ := c.Relations(t.Context(), fjord); again[0].Facilitator != tall {
		t.Error("a caller changed what is kept")
	}

	_, _, err = c.Relations(t.Context(), rotor)
	wantKind(t, err, models.NotFound)
	r.on(rolesPath(tall), fails(410, ""))
	if got, _, err := c.Relations(t.Context(), tall); err != nil || len(got) != 0 {
		t.Errorf("of one removed: %v, %v", got, err)
	}
	r.on(rolesPath(fjordB), says(`{"rollegrupper":[]}`))
	if got, _, err := c.Relations(t.Context(), fjordB); err != nil || len(got) != 0 {
		t.Errorf("of one without roles: %v, %v", got, err)
	}
}

const authorisedPath = "/autorisert-api/enheter/991825827/roller"

func personJSON(code, pid, first, more string) string {
	return fmt.Sprintf(`{"type":{"kode":%q,"beskrivelse":"x"},"person":{"fodselsdato":"1950-04-11","fodselsnummer":%q,"navn":{"fornavn":%q,"mellomnavn":" ","etternavn":"Nordmann"},"erDoed":false},"fratraadt":false,"rekkefolge":1%s}`, code, pid, first, more)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("tok-123") })
	r.on(authorisedPath, says(`{"rollegrupper":[{"type":{"kode":"DAGL"},"roller":[`+personJSON("DAGL", kari, "Kari", "")+`]},
		{"type":{"kode":"STYR"},"roller":[`+strings.Join([]string{
		personJSON("LEDE", kari, "Kari", ""), personJSON("MEDL", ola, "Ola\u202e", ""),
		personJSON("MEDL", liv, "Liv", `,"avregistrert":true`), personJSON("NYTT", liv, secret, ""),
		personJSON("VARA", "11845010121", secret, ""), personJSON("VARA", "", secret, ""),
		`{"type":{"kode":"11845010121"},"person":{"fodselsnummer":"` + ola + `"}}`,
		`{"type":{"kode":"VARA"},"fratraadt":true,"person":{"fodselsnummer":"` + liv + `"}}`,
		`{"type":{"kode":"VARA"},"person":{"fodselsnummer":"` + liv + `","erDoed":true}}`,
		`{"type":{"kode":"REVI"},"enhet":{"organisasjonsnummer":"974760673"}}`,
	}, ",")+`]}]}`))
	rows, err := c.Roles(t.Context(), fjord)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		p, ok := row.Value.(exchange.Person)
		if ok != (row.Err == nil) {
			t.Errorf("%s: value %v, error %v", row.Place, ok, row.Err)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %v", p.PID.Reveal(), p.Name, p.OrgNo, strings.TrimPrefix(p.URN, "urn:altinn:external-role:ccr:"), row.Err))
	}
	want := []string{
		kari + " Kari Nordmann 991825827 daglig-leder <nil>",
		kari + " Kari Nordmann 991825827 styreleder <nil>",
		ola + "  991825827 styremedlem <nil>",
		`    the role code "NYTT" is none that we know`,
		"    the national id does not hold (eleven digits with check digits)",
		"    the register gives no national id",
		`    the role code "" is none that we know`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// Printing what came back tells no id.
	text, _ := json.Marshal(rows)
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v", rows, rows, rows), string(text)} {
		for _, id := range []string{kari, ola, liv, "11845010121"} {
			if strings.Contains(printed, id) {
				t.Errorf("printed with a national id: %s", printed)
			}
		}
	}
	asked := r.questions()
	if len(asked) != 1 || asked[0].Header.Get("Authorization") != "Bearer tok-123" {
		t.Errorf("asked %d times", len(asked))
	}
	// Who holds a role is asked for each time, and an outage is no answer.
	if _, err := c.Roles(t.Context(), fjord); err != nil {
		t.Error(err)
	}
	r.wantAsked(t, 1)
	r.on(authorisedPath, fails(503, secret))
	_, err = c.Roles(t.Context(), fjord)
	wantUnavailable(t, err)
	// The open API has its own gate.
	r.on(unitPath(fjord), says(unitJSON(fjord, "Fjordlønn AS", "AS", "")))
	if err := organisation(t.Context(), c, fjord); err != nil {
		t.Errorf("the open API while the authorised is down: %v", err)
	}
}

func TestRolesOfWhomTheRegisterDoesNotKnow(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("t") })
	_, err := c.Roles(t.Context(), fjord)
	wantKind(t, err, models.NotFound)
	r.on(authorisedPath, fails(410, ""))
	if rows, err := c.Roles(t.Context(), fjord); err != nil || len(rows) != 0 {
		t.Errorf("of one removed: %v, %v", rows, err)
	}
}

func TestRolesNeedAToken(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	_, err := r.client(t).Roles(t.Context(), fjord)
	wantUnavailable(t, err)
	if !strings.Contains(err.Error(), "set up") {
		t.Errorf("does not say that it is not set up: %v", err)
	}
	_, err = r.client(t, func(cfg *brreg.Config) {
		cfg.Token = func(context.Context) (string, error) { return "", errors.New("maskinporten is away") }
	}).Roles(t.Context(), fjord)
	wantUnavailable(t, err)
	r.wantAsked(t, 0)
	for _, status := range []int{401, 403} {
		r.on(authorisedPath, fails(status, secret, "WWW-Authenticate", "Bearer "+secret))
		_, err := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("tok-123") }).Roles(t.Context(), fjord)
		wantUnavailable(t, err)
		if !strings.Contains(err.Error(), brreg.Scope) || strings.Contains(err.Error(), "tok-123") {
			t.Errorf("does not say what may lack: %v", err)
		}
	}
}

// The token goes to the configured address and nowhere else.
func TestTheTokenStaysWithTheRegister(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		t.Errorf("another host was asked, with %q", req.Header.Get("Authorization"))
	}))
	defer other.Close()
	c := r.client(t, func(cfg *brreg.Config) { cfg.Token = token("tok-123") })
	for _, to := range []string{other.URL, "/er" + rolesPath(fjord)} {
		r.on(authorisedPath, fails(307, "", "Location", to))
		_, err := c.Roles(t.Context(), fjord)
		wantUnavailable(t, err)
		r.wantAsked(t, 1)
	}
	_, _, _ = c.Relations(t.Context(), fjord)
	_ = organisation(t.Context(), c, fjord)
	for _, req := range r.questions() {
		if req.Header.Get("Authorization") != "" {
			t.Errorf("the open API was given the token: %s", req.URL.Path)
		}
	}
}

// The table of codes and the catalogue's roles of the business register are the
// same roles.
func TestRoleCodesAreThoseOfTheCatalogue(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "roles.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the public test data roles.json is not beside the checkout (../shared/data)")
	}
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct {
		Roles []struct {
			URN      string          `json:"urn"`
			Provider string          `json:"provider"`
			Name     json.RawMessage `json:"name"`
		} `json:"roles"`
	}
	if err := json.Unmarshal(data, &catalogue); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{} // URN to name
	for _, r := range catalogue.Roles {
		if r.Provider == "CentralCoordinatingRegister" {
			want[r.URN] = string(r.Name)
		}
	}
	got := brreg.RoleURNs()
	for code, urn := range got {
		name, ok := want[urn]
		if !ok {
			t.Errorf("%s: %s is no role of the business register", code, urn)
		}
		// Some names carry their code in a remark.
		if i := strings.Index(name, `/*\"`); i >= 0 && !strings.HasPrefix(name[i+4:], code+`\"`) {
			t.Errorf("%s: %s is that of %s", code, urn, name)
		}
		delete(want, urn)
	}
	if len(want) > 0 || len(got) != 61 {
		t.Errorf("%d codes, without: %v", len(got), want)
	}
	if _, ok := brreg.RoleURN("dagl"); ok {
		t.Error("a code in small letters is known")
	}
}
