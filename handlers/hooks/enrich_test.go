package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/models/party"
)

// asking is a native question; empty values are left out.
func asking(iss, client string, of, whose party.OrgNo, ref string) string {
	org := func(name string, o party.OrgNo) string {
		if o == "" {
			return ""
		}
		return fmt.Sprintf(`,"%s":{"authority":"iso6523-actorid-upis","ID":"0192:%s"}`, name, o)
	}
	if ref != "" {
		ref = fmt.Sprintf(`,"externalRef":%q`, ref)
	}
	return fmt.Sprintf(`{"issuer":%q,"client":{"id":%q%s},"authorization_details":[{"type":"urn:altinn:systemuser"%s%s}]}`,
		iss, client, org("org", of), org("systemuser_org", whose), ref)
}

func TestEnrich(t *testing.T) {
	k := newKit(t)
	callers := map[string]string{
		"the issuer itself":           issuerCall(t, issuer),
		"a client of it with a scope": token(t, issuer, "enricher", "other", hooks.ScopeEnrich),
	}
	for name, bearer := range callers {
		t.Run(name, func(t *testing.T) {
			got := k.send(t, "POST", "/v1/enrich", bearer, asking(issuer, "c1", supplier, customer, "r1"))
			if got.status != http.StatusOK {
				t.Fatalf("%d %s", got.status, got.body)
			}
			want := []any{map[string]any{
				"type":           "urn:altinn:systemuser",
				"systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:313775429"},
				"systemuser_id":  []any{string(userR1)},
				"system_id":      "991825827_smartcloud",
			}}
			if diff := cmp.Diff(want, got.member(t, "authorization_details")); diff != "" {
				t.Errorf("authorization_details (-want +got):\n%s", diff)
			}
			if got.member(t, "max_token_lifetime") != 120.0 || got.member(t, "valid_until") != "2026-11-21T12:00:37Z" {
				t.Errorf("limits in %s, want 120 s and half a minute", got.body)
			}
		})
	}
	t.Run("each is recorded", func(t *testing.T) {
		if n := k.uses(t, userR1); n != 2 {
			t.Errorf("%d uses written down, want 2", n)
		}
	})
	t.Run("without a reference it is the customer's number", func(t *testing.T) {
		got := k.send(t, "POST", "/v1/enrich", issuerCall(t, issuer), asking(issuer, "c1", "", customer, ""))
		if got.status != http.StatusOK || !strings.Contains(got.body, string(user)) {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

// What every token costs: one statement, once the caller's token has been
// seen and the system user's first use is recorded.
func TestAnAnswerIsOneStatement(t *testing.T) {
	k := newKit(t)
	caller := token(t, issuer, "enricher", hooks.ScopeEnrich, hooks.ScopeDecide, hooks.ScopeLookup)
	ask := map[string]func() answer{
		"enrich": func() answer {
			return k.send(t, "POST", "/v1/enrich", caller, asking(issuer, "c1", supplier, customer, "r1"))
		},
		"byExternalId": func() answer { return k.send(t, "GET", lookup("c1", supplier, customer, "r1"), caller, "") },
		"evaluate": func() answer {
			return k.send(t, "POST", "/access/v1/evaluation", caller, evaluation(userR1, "read", customer))
		},
	}
	for name, f := range ask {
		f()
		k.trace()
		if got := f(); got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", name, got.status, got.body)
		}
		if n := *k.traced.Load(); len(n) != 1 {
			t.Errorf("%s: %d statements, want one:\n%s", name, len(n), strings.Join(n, "\n"))
		}
	}
}

// Nobody learns from a refusal who is a customer of whom: status, headers and
// body are the same, whatever the cause.
func TestEveryRefusalLooksTheSame(t *testing.T) {
	k := newKit(t)
	bearer := token(t, issuer, "enricher", hooks.ScopeEnrich)
	causes := map[string]string{
		"no such client":             asking(issuer, "nobody", supplier, customer, "r1"),
		"another issuer's client":    asking(issuer, "c2", otherSupplier, customer, "r1"),
		"another supplier's client":  asking(issuer, "c1", otherSupplier, customer, "r1"),
		"the system is deleted":      asking(issuer, "c3", supplier, customer, ""),
		"no system user":             asking(issuer, "c1", supplier, stranger, ""),
		"an organisation unknown":    asking(issuer, "c1", supplier, "974761076", ""),
		"revoked":                    asking(issuer, "c1", supplier, customer, "gone"),
		"paused":                     asking(issuer, "c1", supplier, customer, "paused"),
		"another reference":          asking(issuer, "c1", supplier, customer, "r2"),
		"the reference in capitals":  asking(issuer, "c1", supplier, customer, "R1"),
		"the client in capitals":     asking(issuer, "C1", supplier, customer, "r1"),
		"a reference with a blank":   asking(issuer, "c1", supplier, customer, "r1 "),
		"a reference that is a glob": asking(issuer, "c1", supplier, customer, "r%"),
	}
	var first *answer
	for name, question := range causes {
		got := k.send(t, "POST", "/v1/enrich", bearer, question)
		if got.status != http.StatusForbidden || got.member(t, "error") != "access_denied" || got.member(t, "reason") != "no_system_user" {
			t.Errorf("%s: %d %s, want access denied", name, got.status, got.body)
		}
		if first == nil {
			first = &got
			continue
		}
		if diff := cmp.Diff(*first, got, cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("%s looks different:\n%s", name, diff)
		}
	}
}

func TestARevokedSystemUserIsGoneFromTheNextAnswer(t *testing.T) {
	k := newKit(t)
	question := asking(issuer, "c1", supplier, customer, "r1")
	if got := k.send(t, "POST", "/v1/enrich", issuerCall(t, issuer), question); got.status != http.StatusOK {
		t.Fatalf("%d %s", got.status, got.body)
	}
	revoke(t, k.store, userR1)
	if got := k.send(t, "POST", "/v1/enrich", issuerCall(t, issuer), question); got.status != http.StatusForbidden {
		t.Errorf("%d %s, want it refused", got.status, got.body)
	}
}

func TestWhoMayAskForEnrichment(t *testing.T) {
	k := newKit(t)
	question := asking(issuer, "c1", supplier, customer, "r1")
	used := issuerCall(t, issuer)
	k.send(t, "POST", "/v1/enrich", used, question)
	cases := []struct {
		name, bearer, question string
		status                 int
		err                    string
	}{
		{"nobody", "", question, 401, "invalid_token"},
		{"not a token", "x", question, 401, "invalid_token"},
		{"a call for the second time", used, question, 401, "invalid_token"},
		{"a client without the scope", token(t, issuer, "c1", "stafett:decide"), question, 403, "caller_not_allowed"},
		{"a client with a longer scope", token(t, issuer, "c1", "stafett:enrich.read"), question, 403, "caller_not_allowed"},
		{"an issuer that does not enrich", issuerCall(t, quietIssuer), question, 403, "caller_not_allowed"},
		{"its client", token(t, quietIssuer, "c", hooks.ScopeEnrich), question, 403, "caller_not_allowed"},
		{"another issuer in this one's name", issuerCall(t, otherIssuer), question, 403, "caller_not_allowed"},
		{"another issuer for this one's client", issuerCall(t, otherIssuer), asking(otherIssuer, "c1", supplier, customer, "r1"), 403, "access_denied"},
		{"another issuer for its own client", issuerCall(t, otherIssuer), asking(otherIssuer, "c2", otherSupplier, customer, "r1"), 403, "access_denied"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := k.send(t, "POST", "/v1/enrich", c.bearer, c.question)
			if got.status != c.status || got.member(t, "error") != c.err {
				t.Errorf("%d %s, want %d %s", got.status, got.body, c.status, c.err)
			}
			if c.status == 401 && got.header.Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
		})
	}
}

func TestEnrichRefusesBadInput(t *testing.T) {
	k := newKit(t)
	bearer := token(t, issuer, "enricher", hooks.ScopeEnrich)
	good := asking(issuer, "c1", supplier, customer, "r1")
	cases := []struct {
		name, body  string
		header      []string
		status      int
		err, reason string
	}{
		{"not JSON", "{", nil, 400, "invalid_request", ""},
		{"no body", "", []string{"Content-Type", "application/json"}, 400, "invalid_request", ""},
		{"an unknown member", strings.Replace(good, `{"issuer"`, `{"x":1,"issuer"`, 1), nil, 400, "invalid_request", ""},
		{"a member twice", strings.Replace(good, `{"issuer"`, `{"issuer":"x","issuer"`, 1), nil, 400, "invalid_request", ""},
		{"an unknown type", strings.Replace(good, "altinn:systemuser", "altinn:consent", 1), nil, 400, "invalid_authorization_details", "unknown_type"},
		{"the answer in the question", strings.Replace(good, `"externalRef"`, `"systemuser_id":["x"],"externalRef"`, 1), nil, 400, "invalid_authorization_details", "unknown_field"},
		{"a detail's member twice", strings.Replace(good, `"externalRef"`, `"externalRef":"r2","externalRef"`, 1), nil, 400, "invalid_authorization_details", "invalid_value"},
		{"no customer", asking(issuer, "c1", supplier, "", "r1"), nil, 400, "invalid_authorization_details", "missing_field"},
		{"a customer that is no number", asking(issuer, "c1", supplier, "313775428", "r1"), nil, 400, "invalid_authorization_details", "invalid_value"},
		{"too large", good + strings.Repeat(" ", 64<<10), nil, 413, "invalid_request", ""},
		{"a form", good, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "invalid_request", ""},
		{"text", good, []string{"Content-Type", "text/plain"}, 415, "invalid_request", ""},
		{"no media type", good, []string{"Content-Type", ""}, 415, "invalid_request", ""},
		{"another charset", good, []string{"Content-Type", "application/json; charset=utf-7"}, 415, "invalid_request", ""},
		{"a coding", good, []string{"Content-Encoding", "gzip"}, 415, "invalid_request", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := k.send(t, "POST", "/v1/enrich", bearer, c.body, c.header...)
			reason, _ := got.member(t, "reason").(string)
			if got.status != c.status || got.member(t, "error") != c.err || reason != c.reason {
				t.Errorf("%d %s, want %d %s %s", got.status, got.body, c.status, c.err, c.reason)
			}
		})
	}
	if n := k.uses(t, userR1); n != 0 {
		t.Errorf("%d uses written down, want none", n)
	}
	t.Run("with a charset that says the same", func(t *testing.T) {
		if got := k.send(t, "POST", "/v1/enrich", bearer, good, "Content-Type", "application/json; charset=UTF-8"); got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
	})
}

func TestAnOutageIsNoAnswer(t *testing.T) {
	k := newKit(t)
	enricher := token(t, issuer, "enricher", hooks.ScopeEnrich, hooks.ScopeDecide, hooks.ScopeLookup)
	if err := k.store.Close(); err != nil {
		t.Fatal(err)
	}
	asked := map[string]answer{
		"enrich":       k.send(t, "POST", "/v1/enrich", enricher, asking(issuer, "c1", supplier, customer, "r1")),
		"malformed":    k.send(t, "POST", "/v1/enrich", enricher, "{"),
		"the issuer":   k.send(t, "POST", "/v1/enrich", issuerCall(t, issuer), asking(issuer, "c1", supplier, customer, "r1")),
		"byExternalId": k.send(t, "GET", lookup("c1", supplier, customer, "r1"), enricher, ""),
		"evaluate":     k.send(t, "POST", "/access/v1/evaluation", enricher, evaluation(userR1, "read", customer)),
	}
	for name, got := range asked {
		if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s, want unavailable and when to come again", name, got.status, got.body)
		}
	}
	if got := asked["enrich"].member(t, "error"); got != "temporarily_unavailable" {
		t.Errorf("error %v", got)
	}
}
