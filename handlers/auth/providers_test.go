package auth_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
)

func TestProvidersOfAFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := auth.ParseProviders([]byte(`{"providers":[
		{"id":"idporten","name":{"nb":"ID-porten","nn":"ID-porten","en":"ID-porten (Norway)"},"issuer":"https://idporten.no","client_id":"c","client_secret_file":"secret",
		 "scopes":["openid"],"acr_values":["idporten-loa-high"],"ui_locales":true,"prompt_login":true,"claims":{"pid":"pid","level":{"idporten-loa-high":4}}},
		{"id":"own","name":"Own","issuer":"http://localhost:8080/op","client_id":"d","userinfo":true,"claims":{"name":"display_name"}}]}`), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := auth.Providers{
		{
			ID: "idporten", Name: models.Text{NB: "ID-porten", NN: "ID-porten", EN: "ID-porten (Norway)"}, Issuer: "https://idporten.no", ClientID: "c",
			Secret: auth.NewSecret("hush"), Ask: auth.Ask{Scopes: []string{"openid"}, ACRValues: []string{"idporten-loa-high"}, UILocales: true, PromptFull: true},
			Claims: auth.ClaimTable{PID: "pid", Name: "name", Verified: "email_verified", Levels: map[string]int{"idporten-loa-high": 4}},
		},
		{
			ID: "own", Name: models.Text{NB: "Own", NN: "Own", EN: "Own"}, Issuer: "http://localhost:8080/op", ClientID: "d",
			Ask: auth.Ask{Scopes: []string{"openid", "profile"}}, UserInfo: true, Claims: auth.ClaimTable{Name: "display_name", Verified: "email_verified"},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(auth.Secret{}), cmpopts.IgnoreUnexported(auth.Ask{})); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if s := fmt.Sprintf(verb, got); strings.Contains(s, "hush") || strings.Contains(s, "68757368") {
			t.Errorf("%s prints the secret: %s", verb, s)
		}
	}
	if strings.Contains(text(got), "hush") {
		t.Error("JSON has the secret")
	}
}

func TestFaultsOfProvidersAreToldWithTheirPlace(t *testing.T) {
	good := `{"id":"a","name":"A","issuer":"https://a.example","client_id":"c"}`
	with := func(more string) string { return `{"providers":[` + strings.TrimSuffix(good, "}") + "," + more + `}]}` }
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"empty":            {``, []string{"file"}},
		"none":             {`{"providers":[]}`, []string{"providers"}},
		"unknown member":   {with(`"secret":"x"`), []string{"providers[0].secret"}},
		"id twice":         {`{"providers":[` + good + `,` + good + `]}`, []string{"providers[1].id"}},
		"everything wrong": {`{"x":1,"providers":[{"id":"callback","name":"","issuer":"http://a.example","scopes":["profile"],"claims":{"pid":1,"level":{"x":5},"y":0}}]}`, []string{"providers[0].name", "providers[0].client_id", "providers[0].scopes", "providers[0].id", "providers[0].issuer", "providers[0].claims.pid", "providers[0].claims.level.x", "providers[0].claims.y", "x"}},
		"id with a slash":  {strings.Replace(with(`"userinfo":true`), `"a"`, `"a/b"`, 1), []string{"providers[0].id"}},
		"name without nb":  {strings.Replace(with(`"userinfo":true`), `"A"`, `{"en":"A"}`, 1), []string{"providers[0].name.nb"}},
		"two secrets":      {with(`"client_secret":"x","client_secret_file":"y"`), []string{"providers[0].client_secret_file"}},
		"secret file gone": {with(`"client_secret_file":"gone"`), []string{"providers[0].client_secret_file"}},
		"scope with space": {with(`"scopes":["openid profile"]`), []string{"providers[0].scopes", "providers[0].scopes, acr_values"}},
		"flag as text":     {with(`"userinfo":"yes"`), []string{"providers[0].userinfo"}},
		"level a fraction": {with(`"claims":{"level":{"x":1.5}}`), []string{"providers[0].claims.level.x"}},
		"reserved id":      {strings.Replace(with(`"userinfo":true`), `"a"`, `"known"`, 1), []string{"providers[0].id"}},
		"position as text": {with(`"position":"first"`), []string{"providers[0].position"}},
		"position below 0": {with(`"position":-1`), []string{"providers[0].position"}},
		"max_age for ever": {with(`"max_age":9999999`), []string{"providers[0].max_age"}},
		"message empty":    {with(`"message":""`), []string{"providers[0].message"}},
		"addresses":        {with(`"account_url":"http://a.example","logout_url":"javascript:alert(1)"`), []string{"providers[0].account_url", "providers[0].logout_url"}},
		"parameters of ours": {
			with(`"authorize":{"state":"x","nonce":"x","redirect_uri":"x","client_id":"x","response_type":"token","code_challenge":"x","Scope":"x","iss":"x","request":"x","prompt":1}`),
			[]string{
				"providers[0].authorize.Scope", "providers[0].authorize.client_id", "providers[0].authorize.code_challenge", "providers[0].authorize.iss",
				"providers[0].authorize.nonce", "providers[0].authorize.prompt", "providers[0].authorize.redirect_uri", "providers[0].authorize.request",
				"providers[0].authorize.response_type", "providers[0].authorize.state",
			},
		},
		"two prompts":           {with(`"prompt_login":true,"authorize":{"prompt":"consent"}`), []string{"providers[0].authorize.prompt"}},
		"details no list":       {with(`"authorization_details":{"type":"x"}`), []string{"providers[0].authorization_details"}},
		"details of text":       {with(`"authorization_details":["x"]`), []string{"providers[0].authorization_details[0]"}},
		"detail without type":   {with(`"authorization_details":[{"resource":"x"}]`), []string{"providers[0].authorization_details[0].type"}},
		"verified without mail": {with(`"claims":{"email_verified":"x"}`), []string{"providers[0].claims.email"}},
		"trusted without mail":  {with(`"claims":{"email_trusted":true}`), []string{"providers[0].claims.email"}},
		"rules": {
			with(`"authorization_details":[{"type":"ansattporten:orgno"},{"type":"x"}],"claims":{"roles":[
				{"claim":"groups"},
				{"claim":"groups","organisation":"313367003"},
				{"claim":"groups","organisation":"313367002","organisation_claim":"org"},
				{"claim":"groups","value":"{org}{org}","role":"urn:a"},
				{"claim":"groups","value":"Boss","organisation":"313367002"},
				{"claim":"groups","value":"Boss","organisation":"313367002","role":"boss"},
				{"claim":"groups","type":"ansattporten:orgno","role":"urn:a"},
				{"type":"ansattporten:orgno"},
				{"type":"ansattporten:orgno","resource":"x","role":"urn:a"},
				{"type":"x","role":"urn:a"},
				{"type":"ansattporten:orgno","role":"urn:a","organisation":"313367002"},
				{"type":"ansattporten:orgno","role":"urn:a","rol":"x"}]}`),
			[]string{
				"providers[0].claims.roles[0].organisation", "providers[0].claims.roles[1].organisation", "providers[0].claims.roles[2].organisation",
				"providers[0].claims.roles[3].organisation", "providers[0].claims.roles[4].role", "providers[0].claims.roles[5].role",
				"providers[0].claims.roles[6].claim", "providers[0].claims.roles[7].role", "providers[0].claims.roles[8].type",
				"providers[0].claims.roles[9].type", "providers[0].claims.roles[10].type", "providers[0].claims.roles[11].rol",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := auth.ParseProviders([]byte(c.file), t.TempDir())
			if err == nil {
				t.Fatal("accepted")
			}
			var places []string
			for line := range strings.SplitSeq(err.Error(), "\n") {
				place, _, _ := strings.Cut(line, ": ")
				places = append(places, place)
			}
			if diff := cmp.Diff(c.want, places); diff != "" {
				t.Errorf("places (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

func TestProvidersStandByTheirPosition(t *testing.T) {
	one := func(id, more string) string {
		return `{"id":"` + id + `","name":"A","issuer":"https://` + id + `.example","client_id":"c"` + more + `}`
	}
	got, err := auth.ParseProviders([]byte(`{"providers":[`+one("last", `,"position":9`)+`,`+one("b", ``)+`,`+one("a", ``)+`,`+one("middle", `,"position":1`)+`]}`), "")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range got {
		ids = append(ids, p.ID)
	}
	if diff := cmp.Diff([]string{"b", "a", "middle", "last"}, ids); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
