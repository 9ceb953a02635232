package auth_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/auth"
)

func TestIssuersOfTheDesign(t *testing.T) {
	got, err := auth.ParseIssuers([]byte(`{"default": "https://test.maskinporten.no/",
 "issuers": [
  {"iss": "https://test.maskinporten.no/", "profile": "maskinporten", "jwks": "https://test.maskinporten.no/jwk", "audiences": ["*"], "algorithms": ["RS256"], "enriches": true},
  {"iss": "https://portal.example/openid/", "profile": "altinn-platform", "jwks": "file:portal.jwks.json", "audiences": ["stafett"], "algorithms": ["RS256", "ES256"], "portal": true},
  {"iss": "http://localhost:8080/issuer", "profile": "platform", "jwks": "http://127.0.0.1:8080/jwks", "audiences": ["stafett"], "algorithms": ["EdDSA"]}]}`), "/etc/stafett")
	if err != nil {
		t.Fatal(err)
	}
	want := []auth.Issuer{
		{
			ID: "https://test.maskinporten.no/", Profile: auth.Maskinporten, KeysURL: "https://test.maskinporten.no/jwk",
			Audiences: []string{"*"}, Algorithms: []string{"RS256"}, Enriches: true,
		},
		{
			ID: "https://portal.example/openid/", Profile: auth.AltinnPlatform, KeysFile: filepath.FromSlash("/etc/stafett/portal.jwks.json"),
			Audiences: []string{"stafett"}, Algorithms: []string{"RS256", "ES256"}, Portal: true,
		},
		{
			ID: "http://localhost:8080/issuer", Profile: auth.Platform, KeysURL: "http://127.0.0.1:8080/jwks",
			Audiences: []string{"stafett"}, Algorithms: []string{"EdDSA"},
		},
	}
	if diff := cmp.Diff(want, got.All()); diff != "" {
		t.Errorf("issuers (-want +got):\n%s", diff)
	}
	if got.Default() != "https://test.maskinporten.no/" {
		t.Errorf("default %q", got.Default())
	}
	if _, ok := got.Get("https://test.maskinporten.no"); ok {
		t.Error("an issuer is found without its slash")
	}
}

func TestTheOnlyIssuerIsTheDefault(t *testing.T) {
	got, err := auth.ParseIssuers([]byte(`{"issuers":[`+goodIssuer+`]}`), "")
	if err != nil || got.Default() != "https://a.example" {
		t.Errorf("%q %v", got.Default(), err)
	}
}

const goodIssuer = `{"iss":"https://a.example","profile":"platform","jwks":"https://a.example/jwks","audiences":["s"],"algorithms":["ES256"]}`

func TestFaultsOfIssuersAreToldWithTheirPlace(t *testing.T) {
	issuer := func(change, to string) string {
		return `{"issuers":[` + strings.Replace(goodIssuer, change, to, 1) + `]}`
	}
	for name, c := range map[string]struct {
		file string
		want []string // the places
	}{
		"empty file":          {``, []string{"file"}},
		"not an object":       {`[]`, []string{"file"}},
		"no issuers":          {`{"issuers":[]}`, []string{"issuers"}},
		"unknown member":      {`{"issuers":[` + goodIssuer + `],"isuers":[]}`, []string{"isuers"}},
		"member twice":        {`{"issuers":[` + goodIssuer + `],"issuers":[]}`, []string{"file"}},
		"default unknown":     {`{"default":"https://b.example","issuers":[` + goodIssuer + `]}`, []string{"default"}},
		"default open":        {`{"issuers":[` + goodIssuer + `,` + strings.Replace(goodIssuer, "https://a.example", "https://b.example", 1) + `]}`, []string{"default"}},
		"issuer twice":        {`{"default":"https://a.example","issuers":[` + goodIssuer + `,` + goodIssuer + `]}`, []string{"issuers[1].iss"}},
		"entry not an object": {`{"issuers":["https://a.example"]}`, []string{"issuers[0]"}},
		"nothing in it":       {`{"issuers":[{}]}`, []string{"issuers[0].iss", "issuers[0].profile", "issuers[0].audiences", "issuers[0].algorithms", "issuers[0].jwks"}},
		"several at once": {
			`{"default":7,"issuers":[{"iss":"http://a.example","profile":"x","jwks":"ftp://a","audiences":[],"algorithms":["HS256"],"enrich":true}]}`,
			[]string{"default", "issuers[0].audiences", "issuers[0].iss", "issuers[0].jwks", "issuers[0].profile", "issuers[0].algorithms", "issuers[0].enrich"},
		},
		"iss plain http":         {issuer(`"iss":"https://a.example"`, `"iss":"http://a.example"`), []string{"issuers[0].iss"}},
		"iss with a query":       {issuer(`"iss":"https://a.example"`, `"iss":"https://a.example?x"`), []string{"issuers[0].iss"}},
		"iss no URL":             {issuer(`"iss":"https://a.example"`, `"iss":"a"`), []string{"issuers[0].iss"}},
		"iss null":               {issuer(`"iss":"https://a.example"`, `"iss":null`), []string{"issuers[0].iss"}},
		"iss empty":              {issuer(`"iss":"https://a.example"`, `"iss":""`), []string{"issuers[0].iss"}},
		"keys plain http":        {issuer("https://a.example/jwks", "http://a.example/jwks"), []string{"issuers[0].jwks"}},
		"keys http by look":      {issuer("https://a.example/jwks", "http://127.0.0.1.evil.example/jwks"), []string{"issuers[0].jwks"}},
		"keys with user":         {issuer("https://a.example/jwks", "https://u:p@a.example/jwks"), []string{"issuers[0].jwks"}},
		"keys file without path": {issuer("https://a.example/jwks", "file:"), []string{"issuers[0].jwks"}},
		"keys file URL":          {issuer("https://a.example/jwks", "file:///etc/x"), []string{"issuers[0].jwks"}},
		"keys by relative URL":   {issuer("https://a.example/jwks", "/jwks"), []string{"issuers[0].jwks"}},
		"audience star and more": {issuer(`["s"]`, `["*","s"]`), []string{"issuers[0].audiences"}},
		"audience empty text":    {issuer(`["s"]`, `[""]`), []string{"issuers[0].audiences"}},
		"audience twice":         {issuer(`["s"]`, `["s","s"]`), []string{"issuers[0].audiences"}},
		"audience text":          {issuer(`["s"]`, `"s"`), []string{"issuers[0].audiences"}},
		"algorithm none":         {issuer(`["ES256"]`, `["none"]`), []string{"issuers[0].algorithms"}},
		"algorithm symmetric":    {issuer(`["ES256"]`, `["ES256","HS512"]`), []string{"issuers[0].algorithms"}},
		"algorithm by case":      {issuer(`["ES256"]`, `["es256"]`), []string{"issuers[0].algorithms"}},
		"no algorithm":           {issuer(`["ES256"]`, `[]`), []string{"issuers[0].algorithms"}},
		"profile by case":        {issuer(`"platform"`, `"Platform"`), []string{"issuers[0].profile"}},
		"portal of a service":    {issuer(`"profile":`, `"portal":true,"profile":`), []string{"issuers[0].portal"}},
		"flag as text":           {issuer(`"profile":`, `"enriches":"true","profile":`), []string{"issuers[0].enriches"}},
		"enriching portal":       {issuer(`"profile":"platform"`, `"enriches":true,"profile":"altinn-platform"`), []string{"issuers[0].enriches"}},
		"member in another case": {issuer(`"iss":`, `"Iss":`), []string{"issuers[0].iss", "issuers[0].Iss"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := auth.ParseIssuers([]byte(c.file), "")
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
