package hooks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/models/registry"
)

const attack = "../../../shared/data/attack/"

// everything is a caller that may ask all of it.
func everything(t testing.TB) string {
	t.Helper()
	return token(t, issuer, "enricher", hooks.ScopeEnrich, hooks.ScopeLookup, hooks.ScopeDecide)
}

func TestJSONThatIsNone(t *testing.T) {
	files, _ := filepath.Glob(attack + "jsontestsuite/test_parsing/*.json")
	if len(files) == 0 {
		t.Skip(attack + "jsontestsuite is not there")
	}
	k := newKit(t)
	bearer := everything(t)
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		// What is JSON stands inside a whole question as well.
		for _, text := range []string{
			string(body),
			strings.Replace(asking(issuer, "c1", supplier, customer, "r1"), `"r1"`, string(body), 1),
			strings.Replace(evaluation(userR1, "read", customer), `"read"`, string(body), 1),
		} {
			for _, path := range []string{"/v1/enrich", "/access/v1/evaluation"} {
				got := k.send(t, "POST", path, bearer, text, "Content-Type", "application/json")
				if got.status != http.StatusBadRequest && got.status != http.StatusRequestEntityTooLarge && (path == "/v1/enrich" || got.body != `{"decision":false}`) &&
					(got.status != http.StatusForbidden || got.member(t, "error") != "access_denied") {
					t.Errorf("%s in %s: %d %s", filepath.Base(file), path, got.status, got.body)
				}
			}
		}
	}
	k.unchanged(t)
}

func TestNaughtyStringsInEveryMember(t *testing.T) {
	text, err := os.ReadFile(attack + "blns/blns.json")
	if err != nil {
		t.Skip(attack + "blns is not there")
	}
	var naughty []string
	if err := json.Unmarshal(text, &naughty); err != nil {
		t.Fatal(err)
	}
	naughty = append(naughty, "\x00", "r1\x00", "%00", "' OR 1=1 --", "0192:313775429\n", strings.Repeat("ø", 40_000), "\u202e", "\xff")
	questions := []struct {
		path, body string
		members    []string // texts in the body to put the string in place of
	}{
		{
			"/v1/enrich", strings.Replace(asking(issuer, "c1", supplier, customer, "r1"), `{"issuer"`, `{"request_id":"id-1","grant_type":"g-1","scope":["s-1"],"issuer"`, 1),
			[]string{"id-1", "g-1", "s-1", issuer, "c1", "0192:991825827", "0192:313775429", "urn:altinn:systemuser", "r1", "systemuser_org"},
		},
		{
			"/access/v1/evaluation", strings.Replace(evaluation(userR1, "read", customer), `"id":"704`, `"properties":{"owner":"0192:313775429","system_id":"991825827_smartcloud","client_id":"c1","vendor":"0192:991825827"},"id":"704`, 1),
			[]string{"urn:altinn:systemuser", string(userR1), "read", "urn:altinn:resource", "kravogbetaling", "0192:313775429", "991825827_smartcloud", "c1", "0192:991825827"},
		},
	}
	k := newKit(t)
	spec := k.spec
	bearer := everything(t)
	for i, s := range naughty {
		// The description is held to one string in ten; it is slow, and has
		// seen every kind of answer elsewhere.
		if k.spec = nil; i%10 == 0 {
			k.spec = spec
		}
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range questions {
			for _, member := range q.members {
				if !strings.Contains(q.body, fmt.Sprintf("%q", member)) {
					t.Fatalf("%q is not in the question", member)
				}
				got := k.send(t, "POST", q.path, bearer, strings.Replace(q.body, fmt.Sprintf("%q", member), string(quoted), 1))
				yes := got.status == 200 && got.body != `{"decision":false}`
				free := strings.HasSuffix(member, "-1") || s == member
				if yes && !free || got.status >= 500 {
					t.Errorf("%q for %q: %d %s", s, member, got.status, got.body)
				}
			}
		}
		for _, name := range []string{"clientId", "systemProviderOrgNo", "systemUserOwnerOrgNo", "externalRef"} {
			target, _ := url.Parse(lookup("c1", supplier, customer, "r1"))
			values := target.Query()
			values.Set(name, s)
			target.RawQuery = values.Encode()
			got := k.raw(t, target.String(), bearer)
			if got.status != 400 && got.status != 404 && (name != "externalRef" || s != "") {
				t.Errorf("%q for %s: %d %s", s, name, got.status, got.body)
			}
		}
	}
	k.unchanged(t)
}

// unchanged demands that the audit log and the system users are as seeded.
func (k *kit) unchanged(t testing.TB) {
	t.Helper()
	err := k.store.Read(t.Context(), func(r registry.Reader) error {
		if n, hash, err := r.AuditHead(t.Context()); err != nil || n != 0 || hash != "" {
			t.Errorf("the audit log has %d entries, error %v", n, err)
		}
		users, err := r.SystemUsersOf(t.Context(), customer, 10)
		if len(users) != 5 {
			t.Errorf("%d system users, want 5", len(users))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
