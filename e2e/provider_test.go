package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stafett/stafett/cmd/demo/seed"
)

// provider FILE starts an OpenID provider for the demo's persons, for a
// registry that is served by stafett itself, and writes the file of
// STAFETT_LOGIN that trusts it. IDP is its address. It ends with the script.
func provider(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: provider FILE")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	p := &idp{key: key, codes: map[string]url.Values{}}
	server := httptest.NewServer(p)
	ts.Defer(server.Close)
	p.issuer = server.URL
	ts.Setenv("IDP", p.issuer)
	file := fmt.Sprintf(`{"providers": [{"id": "bankid", "name": "Test", "issuer": %q, "client_id": "stafett", "claims": {"pid": "pid", "level": {"high": 4}}}]}`, p.issuer)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(file), 0o600))
}

// idp is the provider. Its page has the shape of the demo's, so that people
// pick themselves in the same way.
type idp struct {
	issuer string
	key    *ecdsa.PrivateKey

	mu    sync.Mutex
	codes map[string]url.Values // what was asked for, and who came
}

const pickPath = "/demo/bankid/login"

var pickPage = template.Must(template.New("").Parse(`<!doctype html><title>Test</title><h1>Test</h1>
<form method="post" action="` + pickPath + `">{{range $name, $value := .Asked}}<input type="hidden" name="{{$name}}" value="{{index $value 0}}">{{end}}
{{range .Persons}}<button name="person" value="{{.PartyUUID}}">{{.Name}}</button>{{end}}</form>`))

func (p *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer(w, map[string]any{
			"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token", "jwks_uri": p.issuer + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		})
	case "/keys":
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}})
	case "/authorize":
		persons, _ := seed.Persons()
		_ = pickPage.Execute(w, map[string]any{"Asked": r.Form, "Persons": persons})
	case pickPath:
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = r.Form
		p.mu.Unlock()
		back := url.Values{"code": {code}, "state": {r.Form.Get("state")}, "iss": {p.issuer}}
		http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
	case "/token":
		p.token(w, r.Form.Get("code"))
	default:
		http.NotFound(w, r)
	}
}

func (p *idp) token(w http.ResponseWriter, code string) {
	p.mu.Lock()
	asked, ok := p.codes[code]
	delete(p.codes, code)
	p.mu.Unlock()
	persons, _ := seed.Persons()
	for _, who := range persons {
		if !ok || who.PartyUUID != asked.Get("person") {
			continue
		}
		now := time.Now().Unix()
		claims := map[string]any{
			"iss": p.issuer, "aud": "stafett", "sub": who.PartyUUID, "nonce": asked.Get("nonce"), "iat": now, "exp": now + 120, "auth_time": now,
			"acr": "high", "pid": who.PID, "name": who.Name,
		}
		if who.Email != "" {
			claims["email"], claims["email_verified"] = who.Email, true
		}
		id, err := p.sign(claims)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": id})
		return
	}
	w.WriteHeader(http.StatusBadRequest)
	answer(w, map[string]string{"error": "invalid_grant"})
}

func (p *idp) sign(claims map[string]any) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: p.key, KeyID: "k"}}, nil)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
