package hooks_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

func lookup(client string, of, whose party.OrgNo, ref string) string {
	q := url.Values{"clientId": {client}, "systemProviderOrgNo": {string(of)}, "systemUserOwnerOrgNo": {string(whose)}}
	if ref != "" {
		q.Set("externalRef", ref)
	}
	return "/authentication/api/v1/systemuser/byExternalId?" + q.Encode()
}

func evaluation(id models.ID, action string, whose party.OrgNo) string {
	return fmt.Sprintf(`{"subject":{"type":"urn:altinn:systemuser","id":"%s"},"action":{"name":"%s"},`+
		`"resource":{"type":"urn:altinn:resource","id":"kravogbetaling","properties":{"party":"0192:%s"}}}`, id, action, whose)
}

func TestByExternalID(t *testing.T) {
	k := newKit(t)
	reader := token(t, issuer, "reader", hooks.ScopeLookup)
	t.Run("answers as Altinn does", func(t *testing.T) {
		got := k.send(t, "GET", lookup("c1", supplier, customer, ""), reader, "")
		want := `{"created":"2026-11-21T11:00:07Z","externalRef":"313775429","id":"704013ee-e82a-433e-83c5-a40e6e00d746",` +
			`"integrationTitle":"SmartCloud","isDeleted":false,"productName":"991825827_smartcloud","reporteeOrgNo":"313775429",` +
			`"supplierName":"","supplierOrgno":"991825827","systemId":"991825827_smartcloud","userType":"standard"}`
		if diff := cmp.Diff(answer{200, got.header, want}, got, cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
	})
	t.Run("finds by the reference", func(t *testing.T) {
		got := k.send(t, "GET", lookup("c1", supplier, customer, "r1"), reader, "")
		if got.status != 200 || got.member(t, "id") != string(userR1) {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("takes an empty reference for none", func(t *testing.T) {
		got := k.send(t, "GET", lookup("c1", supplier, customer, "")+"&externalRef=", reader, "")
		if got.status != 200 || got.member(t, "id") != string(user) {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("answers the issuer itself", func(t *testing.T) {
		if got := k.send(t, "GET", lookup("c1", supplier, customer, ""), issuerCall(t, issuer), ""); got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("names in the query have no case", func(t *testing.T) {
		req := strings.NewReplacer("clientId", "CLIENTID", "systemProviderOrgNo", "systemproviderorgno").
			Replace(lookup("c1", supplier, customer, ""))
		if got := k.raw(t, req, reader); got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("every refusal looks the same", func(t *testing.T) {
		first := k.send(t, "GET", lookup("nobody", supplier, customer, ""), reader, "")
		for name, target := range map[string]string{
			"another issuer's client": lookup("c2", otherSupplier, customer, ""),
			"another supplier":        lookup("c1", otherSupplier, customer, ""),
			"the system is deleted":   lookup("c3", supplier, customer, ""),
			"no system user":          lookup("c1", supplier, stranger, ""),
			"revoked":                 lookup("c1", supplier, customer, "gone"),
			"paused":                  lookup("c1", supplier, customer, "paused"),
			"another reference":       lookup("c1", supplier, customer, "r2"),
		} {
			got := k.send(t, "GET", target, reader, "")
			if got.status != http.StatusNotFound {
				t.Errorf("%s: %d %s, want not found", name, got.status, got.body)
			}
			if diff := cmp.Diff(first, got, cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s looks different:\n%s", name, diff)
			}
		}
	})
	t.Run("names what is missing or wrong", func(t *testing.T) {
		base := "/authentication/api/v1/systemuser/byExternalId?"
		whole := strings.TrimPrefix(lookup("c1", supplier, customer, "r1"), base)
		for name, c := range map[string]struct{ query, field string }{
			"no client":                {"systemProviderOrgNo=991825827&systemUserOwnerOrgNo=313775429", "clientId"},
			"no supplier":              {"clientId=c1&systemUserOwnerOrgNo=313775429", "systemProviderOrgNo"},
			"no customer":              {"clientId=c1&systemProviderOrgNo=991825827", "systemUserOwnerOrgNo"},
			"a customer that is none":  {"clientId=c1&systemProviderOrgNo=991825827&systemUserOwnerOrgNo=313775428", "systemUserOwnerOrgNo"},
			"a client twice":           {whole + "&clientId=c2", "clientId"},
			"a client twice, by case":  {whole + "&CLIENTID=c2", "clientId"},
			"a reference with a NUL":   {strings.Replace(whole, "r1", "r%001", 1), "externalRef"},
			"a query that is not read": {whole + "&a=%zz", ""},
		} {
			got := k.raw(t, base+c.query, reader)
			if got.status != http.StatusBadRequest || got.member(t, "code") != "invalid" {
				t.Errorf("%s: %d %s, want it refused", name, got.status, got.body)
			}
			if c.field != "" && !strings.Contains(got.body, `"field":"`+c.field+`"`) {
				t.Errorf("%s: %s does not name %s", name, got.body, c.field)
			}
		}
	})
	t.Run("refuses callers", func(t *testing.T) {
		for name, c := range map[string]struct {
			bearer string
			status int
		}{
			"nobody":                        {"", 401},
			"one without the scope":         {token(t, issuer, "c", hooks.ScopeEnrich), 403},
			"one whose issuer may not":      {token(t, quietIssuer, "c", hooks.ScopeLookup), 403},
			"one whose issuer has not this": {token(t, otherIssuer, "c", hooks.ScopeLookup), 404},
		} {
			if got := k.send(t, "GET", lookup("c1", supplier, customer, ""), c.bearer, ""); got.status != c.status {
				t.Errorf("%s: %d %s, want %d", name, got.status, got.body, c.status)
			}
		}
	})
}

// raw sends a query as it is written, which the description would not allow.
func (k *kit) raw(t testing.TB, target, bearer string) answer {
	t.Helper()
	spec := k.spec
	k.spec = nil
	defer func() { k.spec = spec }()
	return k.send(t, "GET", target, bearer, "")
}

func TestEvaluate(t *testing.T) {
	k := newKit(t)
	api := token(t, quietIssuer, "an-api", hooks.ScopeDecide)
	own := token(t, issuer, "an-api", hooks.ScopeDecide)
	told := func(properties string) string {
		return strings.Replace(evaluation(userR1, "read", customer), `"id":"704`, `"properties":{`+properties+`},"id":"704`, 1)
	}
	cases := []struct {
		name, bearer, body string
		want               bool
	}{
		{"it holds the right", api, evaluation(userR1, "read", customer), true},
		{"and is who the token says", own, told(`"owner":"0192:313775429","system_id":"991825827_smartcloud","client_id":"c1","vendor":"0192:991825827"`), true},
		{"another action", api, evaluation(userR1, "write", customer), false},
		{"another party", api, evaluation(userR1, "read", stranger), false},
		{"revoked", api, evaluation(ended, "read", customer), false},
		{"its system is deleted", api, evaluation(retired, "read", customer), false},
		{"paused", api, evaluation(stopped, "read", customer), false},
		{"no such system user", api, evaluation(manager, "read", customer), false},
		{"no uuid", api, evaluation("x", "read", customer), false},
		{"another system than the token says", api, told(`"system_id":"991825827_old"`), false},
		{"another vendor than the token says", api, told(`"vendor":"0192:923609016"`), false},
		{"another client than the token says", own, told(`"client_id":"c3"`), false},
		{"a client of another issuer", api, told(`"client_id":"c1"`), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := k.send(t, "POST", "/access/v1/evaluation", c.bearer, c.body)
			if got.status != 200 || got.body != fmt.Sprintf(`{"decision":%v}`, c.want) {
				t.Errorf("%d %s, want %v", got.status, got.body, c.want)
			}
		})
	}
	t.Run("no longer once it is revoked", func(t *testing.T) {
		revoke(t, k.store, userR1)
		if got := k.send(t, "POST", "/access/v1/evaluation", api, evaluation(userR1, "read", customer)); got.body != `{"decision":false}` {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
	t.Run("refuses callers", func(t *testing.T) {
		for name, c := range map[string]struct {
			bearer string
			status int
		}{
			"nobody":                {"", 401},
			"one without the scope": {token(t, issuer, "c", hooks.ScopeEnrich), 403},
			"an issuer's own call":  {issuerCall(t, issuer), 403},
		} {
			if got := k.send(t, "POST", "/access/v1/evaluation", c.bearer, evaluation(user, "read", customer)); got.status != c.status {
				t.Errorf("%s: %d %s, want %d", name, got.status, got.body, c.status)
			}
		}
	})
	t.Run("names what is not whole", func(t *testing.T) {
		for name, c := range map[string]struct {
			body   string
			header []string
			status int
			field  string
		}{
			"no JSON":   {"{", nil, 400, `"field":""`},
			"no party":  {strings.Replace(evaluation(user, "read", customer), `"party"`, `"p"`, 1), nil, 400, `"field":"/resource/properties/party"`},
			"too large": {strings.Repeat(" ", 65<<10), nil, 413, ""},
			"a form":    {"a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, ""},
		} {
			got := k.send(t, "POST", "/access/v1/evaluation", api, c.body, c.header...)
			if got.status != c.status || !strings.Contains(got.body, c.field) {
				t.Errorf("%s: %d %s, want %d %s", name, got.status, got.body, c.status, c.field)
			}
		}
	})
}

func TestMetadata(t *testing.T) {
	k := newKit(t)
	got := k.send(t, "GET", "/.well-known/authzen-configuration", "", "", "Host", "evil.example", "X-Forwarded-Host", "evil.example")
	const want = `{"access_evaluation_endpoint":"https://stafett.example/access/v1/evaluation","policy_decision_point":"https://stafett.example"}`
	if got.status != 200 || got.body != want {
		t.Errorf("%d %s, want %s", got.status, got.body, want)
	}
	first := k.send(t, "GET", "/openapi.json", "", "")
	if first.status != 200 || first.member(t, "openapi") != "3.0.3" {
		t.Errorf("%d, want the description", first.status)
	}
	// RFC 9110 sections 8.8.3 and 13.1.2
	tag := first.header.Get("ETag")
	strong := strings.TrimPrefix(tag, "W/")
	for sent, want := range map[string]int{tag: 304, strong: 304, `"old", ` + tag: 304, "*": 304, `"old"`: 200, strong[1:]: 200} {
		got := k.send(t, "GET", "/openapi.json", "", "", "If-None-Match", sent)
		if got.status != want || (got.body == "") != (want == 304) || got.header.Get("ETag") != tag || got.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("If-None-Match: %s is answered %d with %v, want %d", sent, got.status, got.header, want)
		}
	}
}

// The description is public and large: it goes out compressed, within a bound.
func TestTheDescriptionIsCompressed(t *testing.T) {
	k := newKit(t)
	req := httptest.NewRequest(http.MethodGet, "/openapi.json", http.NoBody)
	req.Header.Set("Accept-Encoding", "br, gzip")
	rec := httptest.NewRecorder()
	k.echo.ServeHTTP(rec, req)
	if n := rec.Body.Len(); rec.Header().Get("Content-Encoding") != "gzip" || rec.Header().Get("Vary") != "Accept-Encoding" || n > 64<<10 {
		t.Fatalf("%d bytes with %v", n, rec.Header())
	}
	z, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if plain := k.send(t, "GET", "/openapi.json", "", ""); err != nil || string(unpacked) != plain.body {
		t.Errorf("unpacked it is another (%v)", err)
	}
}
