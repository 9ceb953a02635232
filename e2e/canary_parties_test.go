package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/cmd/demo/seed"
)

// sent notes a request that another party got.
func (w *world) sent(name string, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	h := r.Header.Clone()
	h.Del("Referer") // see answered
	var basic string
	if user, password, ok := r.BasicAuth(); ok {
		basic = user + " " + password
		h.Del("Authorization")
	}
	var head bytes.Buffer
	_ = h.Write(&head)
	w.note(inParty, name+" "+r.URL.Path, []byte(r.RequestURI), head.Bytes(), []byte(basic), body)
}

// opens is an OpenID provider of the canaries.
type opens struct {
	idp
	w        *world
	name     string
	accounts map[string]map[string]any
}

// fault in an account's claims is what the provider does instead.
const fault = "fault"

func (w *world) provider(name string, accounts map[string]map[string]any) *opens {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	p := &opens{idp: idp{key: key, codes: map[string]url.Values{}}, w: w, name: name, accounts: accounts}
	server := httptest.NewServer(p)
	w.t.Cleanup(server.Close)
	p.issuer = server.URL
	return p
}

// ServeHTTP is as of idp, with people of our own and userinfo.
func (p *opens) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path != pickPath { // which a browser of ours presses
		p.w.sent(p.name, r)
	}
	_ = r.ParseForm()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer(rw, map[string]any{
			"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token", "jwks_uri": p.issuer + "/keys",
			"userinfo_endpoint": p.issuer + "/userinfo", "end_session_endpoint": p.issuer + "/end",
			"id_token_signing_alg_values_supported": []string{"ES256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		})
	case "/authorize":
		p.w.guard("a state", r.Form.Get("state"), func(e exhibit) bool {
			// Until he is back, and worth nothing then.
			return in(inAddress, inFile, "database session.data", "answer GET /login/callback", "party "+p.name+" /authorize")(e)
		})
		var persons []map[string]string
		for name := range p.accounts {
			persons = append(persons, map[string]string{"PartyUUID": name, "Name": name})
		}
		_ = pickPage.Execute(rw, map[string]any{"Asked": r.Form, "Persons": persons})
	case pickPath:
		p.back(rw, r)
	case "/token":
		p.exchange(rw, r)
	case "/userinfo":
		who, _ := p.find(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		if who[fault] == "userinfo" {
			rw.WriteHeader(http.StatusInternalServerError)
		}
		answer(rw, who)
	default:
		p.idp.ServeHTTP(rw, r)
	}
}

func (p *opens) back(rw http.ResponseWriter, r *http.Request) {
	back := url.Values{"state": {r.Form.Get("state")}, "iss": {p.issuer}}
	if who := p.accounts[r.Form.Get("person")]; who[fault] == "answer" {
		back["error"], back["error_description"] = []string{fmt.Sprint(who["says"])}, []string{fmt.Sprint(who["says"])}
	} else {
		code := p.w.guard("a code", rand.Text(), in(inAddress, "party "+p.name+" /token", "answer GET /login/callback"))
		p.mu.Lock()
		p.codes[code] = r.Form
		p.mu.Unlock()
		back.Set("code", code)
	}
	http.Redirect(rw, r, r.Form.Get("redirect_uri")+"?"+back.Encode(), http.StatusSeeOther)
}

func (p *opens) find(code string) (map[string]any, url.Values) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.codes[code]
	return p.accounts[asked.Get("person")], asked
}

func (p *opens) exchange(rw http.ResponseWriter, r *http.Request) {
	who, asked := p.find(r.Form.Get("code"))
	switch who[fault] {
	case "refuses":
		rw.WriteHeader(http.StatusBadRequest)
		answer(rw, map[string]any{"error": who["says"], "error_description": who["says"]})
		return
	case "breaks":
		http.Error(rw, fmt.Sprint(who["says"]), http.StatusInternalServerError)
		return
	case "talks":
		_, _ = fmt.Fprint(rw, who["says"])
		return
	}
	now := time.Now().Unix()
	claims := map[string]any{
		"iss": p.issuer, "aud": "stafett", "nonce": asked.Get("nonce"), "iat": now, "exp": now + 120, "auth_time": now, "acr": "high",
	}
	for name, v := range who {
		if name != "email" && name != "email_verified" { // which userinfo tells
			claims[name] = v
		}
	}
	id, err := p.sign(claims)
	if err != nil {
		p.w.t.Error(err)
		return
	}
	p.w.guardToken("an ID token", id, nil)
	access := p.w.guard("an access token", rand.Text(), in("party "+p.name+" /userinfo"))
	p.mu.Lock()
	p.codes[access] = asked
	p.mu.Unlock()
	answer(rw, map[string]any{"access_token": access, "token_type": "Bearer", "id_token": id})
}

// guardToken looks out for what a token says and for its signature.
func (b *book) guardToken(name, token string, may func(exhibit) bool) string {
	parts := strings.Split(token, ".")
	b.guard(name, parts[1], may)
	b.guard(name, parts[2], may)
	return token
}

// issuer writes the file of trusted issuers, and returns what signs their
// tokens.
func (w *world) issuer(ids ...string) func(claims map[string]any) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	set, err := (&jose.JSONWebKey{Key: key.Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}).MarshalJSON()
	if err != nil {
		w.t.Fatal(err)
	}
	w.file("issuer.jwks.json", `{"keys":[`+string(set)+`]}`)
	var list []string
	for i, id := range ids {
		keys := "file:issuer.jwks.json"
		if i > 0 {
			keys = id + "/keys" // of nobody
		}
		list = append(list, fmt.Sprintf(`{"iss": %q, "profile": "maskinporten", "jwks": %q, "audiences": ["*"], "algorithms": ["ES256"], "enriches": true}`, id, keys))
	}
	list = append(list, `{"iss": "https://portal.example/", "profile": "altinn-platform", "portal": true, "jwks": "file:issuer.jwks.json", "audiences": ["*"], "algorithms": ["ES256"]}`)
	w.file("issuers.json", fmt.Sprintf(`{"default": %q, "issuers": [%s]}`, ids[0], strings.Join(list, ",")))
	return func(claims map[string]any) string {
		token, err := (&idp{key: key}).sign(claims)
		if err != nil {
			w.t.Fatal(err)
		}
		return w.guardToken("a program's token", token, nil)
	}
}

// post is a mail server.
type post struct{ *world }

func (w *world) mailServer() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	s := smtp.NewServer(post{w})
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }()
	w.t.Cleanup(func() { _ = s.Close() })
	return "smtp://" + l.Addr().String() + "?starttls=off"
}

// NewSession implements smtp.Backend; the rest is smtp.Session.
func (p post) NewSession(*smtp.Conn) (smtp.Session, error) { return p, nil }
func (post) Reset()                                        {}
func (post) Logout() error                                 { return nil }
func (post) Mail(string, *smtp.MailOptions) error          { return nil }
func (p post) Rcpt(to string, _ *smtp.RcptOptions) error {
	p.note(inMail, "envelope", []byte(to))
	if strings.HasPrefix(to, "refused-") { // and servers like to repeat it
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no mailbox " + to}
	}
	return nil
}

func (p post) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	read, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(text)))
	p.note(inMail, "message", text, read)
	return err
}

// register is Brønnøysundregistrene and Maskinporten, and returns the settings
// that lead there.
func (w *world) register() []string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		w.t.Fatal(err)
	}
	jwk, err := jose.JSONWebKey{Key: key, KeyID: "r", Use: "sig", Algorithm: "RS256"}.MarshalJSON()
	if err != nil {
		w.t.Fatal(err)
	}
	w.guard("the private key at Maskinporten", base64.RawURLEncoding.EncodeToString(key.D.Bytes()), nil)
	access := w.guard("the token of Maskinporten", rand.Text(), func(e exhibit) bool { return strings.HasPrefix(e.name, "register /er/autorisert-api/") })
	role := func(kind, pid string, name human) string {
		return fmt.Sprintf(`{"type":{"kode":%q},"person":{"fodselsnummer":%q,"fodselsdato":"1960-01-01","navn":{"fornavn":%q,"etternavn":""}}}`, kind, pid, name.name)
	}
	roles := `{"rollegrupper":[{"type":{"kode":"DAGL"},"roller":[` + strings.Join([]string{
		role("DAGL", manager.pid, manager), role("DAGL", claimant.pid, claimant), role("STYR"+inRegister, inRegister, stranger), role(inRegister, inRegister, stranger),
		role("DAGL", spoilt(inRegister), stranger), role("DAGL", inRegister[:10], stranger), role("DAGL", "x"+inRegister, stranger), role("", inRegister, stranger),
	}, ",") + `]}]}`
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.sent("register", r)
		rw.Header().Set("Content-Type", "application/json")
		path := strings.TrimPrefix(r.URL.Path, "/er/")
		switch {
		case path == "/token":
			answer(rw, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 100})
		case strings.HasPrefix(path, "api/oppdateringer/"):
			_, _ = fmt.Fprintf(rw, `{"%s": "%s"`, inRegisterFault, inRegisterFault)
		case strings.HasPrefix(path, "autorisert-api/") && strings.Contains(path, seed.Accountant):
			_, _ = fmt.Fprintf(rw, `{"rollegrupper": "%s"}`, inRegisterFault)
		case strings.HasPrefix(path, "autorisert-api/"):
			_, _ = fmt.Fprint(rw, roles)
		case strings.HasSuffix(path, "/roller"):
			_, _ = fmt.Fprint(rw, roles) // also the open API must not tell us
		case strings.HasPrefix(path, "api/enheter/"):
			answer(rw, map[string]any{
				"organisasjonsnummer": strings.TrimPrefix(path, "api/enheter/"), "navn": "Plantet " + planted + " AS", "organisasjonsform": map[string]string{"kode": "AS"},
				"innehaver": map[string]string{"fodselsnummer": inRegister, "navn": stranger.name},
			})
		default:
			http.NotFound(rw, r)
		}
	}))
	w.t.Cleanup(server.Close)
	return []string{
		"STAFETT_REGISTER_URL=" + server.URL + "/er", "STAFETT_REGISTER_ISSUER=" + server.URL + "/", "STAFETT_REGISTER_CLIENT_ID=stafett-register",
		"STAFETT_REGISTER_KEY_FILE=" + w.file("register.jwk", string(jwk)),
	}
}
