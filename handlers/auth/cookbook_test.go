package auth_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stafett/stafett/handlers/auth/keyset"
	"github.com/stafett/stafett/handlers/auth/token"
)

// The examples of RFC 7520 section 4. Their payload is a sentence and not a
// JSON object, so no one of them is a token; the signatures are what counts.
func TestCookbookOfRFC7520(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "attack", "cookbook", "jws")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no test data beside the checkout: %v", err)
	}
	for file, want := range map[string]struct{ alg, verified string }{
		"4_1.rsa_v15_signature":                 {"RS256", "yes"},
		"4_2.rsa-pss_signature":                 {"PS384", "yes"},
		"4_3.ecdsa_signature":                   {"ES512", "yes"},
		"4_4.hmac-sha2_integrity_protection":    {"HS256", "no key"}, // symmetric
		"4_5.signature_with_detached_content":   {"HS256", "no key"}, // symmetric, no payload
		"4_6.protecting_specific_header_fields": {"HS256", "no key"}, // JSON form only
		"4_7.protecting_content_only":           {"HS256", "no key"},
		"4_8.multiple_signatures":               {"RS256", "no key"}, // JSON form only
	} {
		t.Run(file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var vector struct {
				Input struct {
					Key json.RawMessage `json:"key"`
				} `json:"input"`
				Output struct {
					Compact string `json:"compact"`
				} `json:"output"`
			}
			if err := json.Unmarshal(data, &vector); err != nil {
				t.Fatal(err)
			}
			if _, err := token.Parse(vector.Output.Compact); err == nil {
				t.Error("read as a token")
			}
			got := "no key"
			if set, err := keyset.Parse(publicSet(t, vector.Input.Key)); err == nil && set.Len() == 1 {
				key, _ := set.Find("bilbo.baggins@hobbiton.example")
				if err := key.Verify(vector.Output.Compact, want.alg); err != nil {
					t.Errorf("verify: %v", err)
				}
				if key.Verify(vector.Output.Compact[:len(vector.Output.Compact)-4]+"AAAA", want.alg) == nil {
					t.Error("a changed signature is verified")
				}
				got = "yes"
			}
			if got != want.verified {
				t.Errorf("verified: %s, want %s", got, want.verified)
			}
		})
	}
}

// publicSet makes a key set of the vector's key without its private parts.
func publicSet(t *testing.T, key json.RawMessage) []byte {
	t.Helper()
	var members map[string]any
	if json.Unmarshal(key, &members) != nil {
		return nil
	}
	if members["kty"] != "oct" {
		for _, secret := range []string{"d", "p", "q", "dp", "dq", "qi"} {
			delete(members, secret)
		}
	}
	return must(json.Marshal(object{"keys": []any{members}}))
}
