package provider_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
)

// browse gives the world's browser a place for cookies.
func (w *world) browse(t *testing.T) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Client().Jar = jar
}

// signIn signs in and returns the claims.
func (w *world) signIn(t *testing.T, form url.Values, more ...oauth2.AuthCodeOption) claims {
	t.Helper()
	verifier := oauth2.GenerateVerifier()
	return w.finish(t, w.pick(t, w.open(t, verifier, more...), form), verifier)
}

const ask = `[{"type":"ansattporten:altinn:resource","resource":"stafett-demo"}]`

func TestThePersonChoosesWhomHeComesFor(t *testing.T) {
	w := begin(t)
	verifier := oauth2.GenerateVerifier()
	id := w.open(t, verifier, oauth2.SetAuthURLParam("authorization_details", ask))
	resp, body := w.post(t, w.issuer+"/login", url.Values{"id": {id}, "person": {ingrid.Subject}})
	to, err := resp.Location()
	if err != nil || to.Path != prefix+"/represent" {
		t.Fatalf("login led to %d %v: %s", resp.StatusCode, to, body)
	}
	if _, body = w.get(t, to.String()); !strings.Contains(body, "Granlia Bakeri AS") {
		t.Errorf("the page does not offer the organisation: %s", body)
	}
	if resp, _ := w.get(t, w.issuer+"/authorize/callback?id="+id); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("the login went on without a choice: %d", resp.StatusCode)
	}
	choice := func(orgNo string, header ...string) *http.Response {
		resp, _ := w.post(t, w.issuer+"/represent", url.Values{"id": {id}, "organisation": {orgNo}}, header...)
		return resp
	}
	if resp := choice("304710489"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("an organisation that is not hers: %d", resp.StatusCode)
	}
	if resp := choice("233505862", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a choice from another site: %d", resp.StatusCode)
	}
	resp = choice("233505862")
	if to, err = resp.Location(); err != nil {
		t.Fatalf("%d: %v", resp.StatusCode, err)
	}
	resp, _ = w.get(t, to.String())
	if to, err = resp.Location(); err != nil {
		t.Fatalf("%d: %v", resp.StatusCode, err)
	}
	got := w.finish(t, to.Query(), verifier)
	want := []any{map[string]any{
		"type": "ansattporten:altinn:resource", "resource": "stafett-demo",
		"authorized_parties": []any{map[string]any{
			"orgno":    map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:233505862"},
			"resource": "stafett-demo", "name": "Granlia Bakeri AS", "unit_type": "AS",
		}},
	}}
	if diff := cmp.Diff(any(want), got.Details); diff != "" {
		t.Errorf("authorization_details (-want +got)\n%s", diff)
	}
	if resp := choice("355913619"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a second choice: %d", resp.StatusCode)
	}
}

func TestNobodyIsSaidToComeForAnOrganisationUnasked(t *testing.T) {
	w := begin(t)
	if got := w.signIn(t, url.Values{"person": {ingrid.Subject}}); got.Details != nil {
		t.Errorf("not asked for: %v", got.Details)
	}
	if got := w.signIn(t, url.Values{"person": {sunniva.Subject}}, oauth2.SetAuthURLParam("authorization_details", ask)); got.Details != nil {
		t.Errorf("she comes for none: %v", got.Details)
	}
	for _, wrong := range []string{`{}`, `[{"type":"other","resource":"x"}]`, `[{"type":"ansattporten:altinn:resource"}]`, `[`} {
		address := w.oauth.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()), oauth2.SetAuthURLParam("authorization_details", wrong))
		if resp, body := w.get(t, address); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d: %s", wrong, resp.StatusCode, body)
		}
	}
}

func TestASessionSparesTheListWhereItIsGoodEnough(t *testing.T) {
	w := begin(t)
	w.browse(t)
	first := w.signIn(t, url.Values{"person": {ingrid.Subject}, "level": {substantial}})
	w.ahead.Store(120)
	goOn := url.Values{"go": {"on"}}
	for name, tc := range map[string]struct {
		more []oauth2.AuthCodeOption
		same bool
	}{
		"nothing asked":        {nil, true},
		"an age that fits":     {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("max_age", "600")}, true},
		"a younger login":      {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("max_age", "60")}, false},
		"a fresh login":        {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "login")}, false},
		"no age at all":        {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("max_age", "0")}, false},
		"the level that it is": {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("acr_values", substantial)}, true},
		"another level":        {[]oauth2.AuthCodeOption{oauth2.SetAuthURLParam("acr_values", high)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			verifier := oauth2.GenerateVerifier()
			id := w.open(t, verifier, tc.more...)
			_, body := w.get(t, w.issuer+"/login?id="+id)
			if offered := strings.Contains(body, `name="go"`); offered != tc.same {
				t.Errorf("to go on is offered: %v, want %v", offered, tc.same)
			}
			if !tc.same {
				if resp, _ := w.post(t, w.issuer+"/login", url.Values{"id": {id}, "go": {"on"}}); resp.StatusCode != http.StatusBadRequest {
					t.Errorf("it went on: %d", resp.StatusCode)
				}
				return
			}
			got := w.finish(t, w.pick(t, id, goOn), verifier)
			if got.SID != first.SID || got.AuthTime != first.AuthTime || got.ACR != substantial || got.Sub != ingrid.Subject {
				t.Errorf("went on as %+v, want %+v", got, first)
			}
		})
	}
	if got := w.signIn(t, url.Values{"person": {sunniva.Subject}, "level": {substantial}}, oauth2.SetAuthURLParam("acr_values", high)); got.ACR != high || got.SID == first.SID {
		t.Errorf("another person at the level that was asked for: %+v", got)
	}
	w.ahead.Store(9 * 3600)
	if _, body := w.get(t, w.issuer+"/login?id="+w.open(t, oauth2.GenerateVerifier())); strings.Contains(body, `name="go"`) {
		t.Error("the session outlives its time")
	}
}

func TestLoggingOutEverywhereIsToldToTheRegistry(t *testing.T) {
	w := begin(t)
	w.browse(t)
	if resp, _ := w.post(t, w.issuer+"/log-out", nil); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("nobody was there: %d", resp.StatusCode)
	}
	w.signIn(t, url.Values{"person": {ingrid.Subject}})
	if _, body := w.get(t, w.issuer+"/account"); !strings.Contains(body, ingrid.Name) || strings.Contains(body, "<script") {
		t.Errorf("the account page: %s", body)
	}
	if resp, _ := w.post(t, w.issuer+"/log-out", nil, "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("from another site: %d", resp.StatusCode)
	}
	if resp, body := w.post(t, w.issuer+"/log-out", nil); resp.StatusCode != http.StatusOK || !strings.Contains(body, "overalt") {
		t.Errorf("%d: %s", resp.StatusCode, body)
	}
	raw := (<-w.told).Get("logout_token")
	token, err := w.rp.Verifier(&oidc.Config{ClientID: "stafett"}).Verify(oidc.ClientContext(context.Background(), w.Client()), raw)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		JTI    string         `json:"jti"`
		Nonce  string         `json:"nonce"`
		Events map[string]any `json:"events"`
	}
	if err := token.Claims(&got); err != nil {
		t.Fatal(err)
	}
	if _, ok := got.Events["http://schemas.openid.net/event/backchannel-logout"]; !ok || got.JTI == "" || got.Nonce != "" || token.Subject != ingrid.Subject {
		t.Errorf("logout token of %q: %+v", token.Subject, got)
	}
	if _, body := w.get(t, w.issuer+"/account"); strings.Contains(body, ingrid.Name) {
		t.Error("she is still signed in here")
	}

	w.signIn(t, url.Values{"person": {ingrid.Subject}})
	w.deaf.Store(true)
	if resp, body := w.post(t, w.issuer+"/log-out", nil); resp.StatusCode != http.StatusBadGateway || !strings.Contains(body, "logg ut der også") {
		t.Errorf("a registry that does not answer: %d: %s", resp.StatusCode, body)
	}
}

func TestLeavingByTheRegistryEndsTheSession(t *testing.T) {
	w := begin(t)
	w.browse(t)
	w.signIn(t, url.Values{"person": {ingrid.Subject}})
	end := w.issuer + "/end_session?" + url.Values{"client_id": {"stafett"}, "post_logout_redirect_uri": {w.URL + "/"}}.Encode()
	resp, body := w.get(t, end)
	if to, err := resp.Location(); err != nil || to.String() != w.URL+"/" {
		t.Errorf("led to %d %v: %s", resp.StatusCode, to, body)
	}
	if _, body := w.get(t, w.issuer+"/account"); strings.Contains(body, ingrid.Name) {
		t.Error("she is still signed in here")
	}
}
