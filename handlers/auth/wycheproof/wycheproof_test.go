package wycheproof

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/c2sp/wycheproof"

	"github.com/stafett/stafett/handlers/auth/keyset"
	"github.com/stafett/stafett/handlers/auth/token"
)

// The files, and what is in them. A new version of the vectors that has more or
// fewer must be looked at before it counts.
const (
	signatures = "json_web_signature_test.json"
	keys       = "json_web_key_test.json"
	mixed      = "json_web_crypto_test.json"
	encryption = "json_web_encryption_test.json"
)

// vector is one token, the key or keys that its receiver has, and Wycheproof's
// verdict.
type vector struct {
	ID      int
	Comment string
	Keys    []byte // a JWK Set
	Raw     string // the token as it would stand after "Bearer "
	Sealed  bool   // it is a JWE
	Valid   bool
}

// name tells the vector apart within its file.
func (v vector) name() string { return strconv.Itoa(v.ID) + " " + v.Comment }

// read returns the vectors of a file in their order.
func read(t *testing.T, file string) []vector {
	t.Helper()
	data, err := fs.ReadFile(wycheproof.TestVectors, file)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		NumberOfTests int
		TestGroups    []struct {
			Private, Public json.RawMessage
			Tests           []struct {
				TCID     int `json:"tcId"`
				Comment  string
				JWS, JWE json.RawMessage
				Result   string
			}
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	var all []vector
	for _, g := range doc.TestGroups {
		key := g.Public
		if key == nil { // a symmetric key has no public half
			key = g.Private
		}
		for _, c := range g.Tests {
			raw, sealed := c.JWS, false
			if raw == nil {
				raw, sealed = c.JWE, true
			}
			if c.Result != "valid" && c.Result != "invalid" {
				t.Fatalf("%s %d: verdict %q", file, c.TCID, c.Result)
			}
			all = append(all, vector{
				ID: c.TCID, Comment: c.Comment, Keys: set(t, key), Raw: written(t, raw), Sealed: sealed, Valid: c.Result == "valid",
			})
		}
	}
	if len(all) != doc.NumberOfTests {
		t.Fatalf("%s: %d vectors, it says %d", file, len(all), doc.NumberOfTests)
	}
	return all
}

// set writes a key as a key set of one; a set stays as it is.
func set(t *testing.T, key json.RawMessage) []byte {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(key, &members); err != nil {
		t.Fatal(err)
	}
	if _, ok := members["keys"]; ok {
		return key
	}
	return slices.Concat([]byte(`{"keys":[`), key, []byte(`]}`))
}

// written is the token as text: a compact one without its quotes, one in the
// JSON form as it stands.
func written(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var compact string
	if json.Unmarshal(raw, &compact) == nil {
		return compact
	}
	if raw == nil {
		t.Fatal("a vector without a token")
	}
	return string(raw)
}

// claims are what a token of ours says, as base64url.
var claims = base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://issuer.example/"}`))

// header is one that token.Parse reads.
var header = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"ES256"}`))

// parse reads the vector as token.Parse would if its payload were claims. The
// vectors sign the word "foo", for which token.Parse refuses every one of them
// and tells nothing. So the payload is changed for claims, and read by itself
// where the signature stands, which may be any octets but none; that there are
// some is left to the signature.
func parse(raw string) (token.Token, error) {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return token.Parse(raw)
	}
	if parts[1] != "" {
		if _, err := token.Parse(header + "." + claims + "." + parts[1]); err != nil {
			return token.Token{}, err
		}
	}
	return token.Parse(parts[0] + "." + claims + "." + parts[2])
}

// verify does what the door does with a token and its issuer's keys.
func verify(t *testing.T, v vector) error {
	t.Helper()
	source := keyset.New(keyset.Config{
		Fetch:  func(context.Context) ([]byte, error) { return v.Keys, nil },
		Now:    func() time.Time { return time.Unix(1_700_000_000, 0) },
		Logger: slog.New(slog.DiscardHandler),
		Issuer: "https://issuer.example/",
	})
	parsed, err := parse(v.Raw)
	if err != nil {
		return err
	}
	key, _, err := source.Key(t.Context(), parsed.KeyID, parsed.Algorithm)
	if err != nil {
		return err
	}
	return key.Verify(v.Raw, parsed.Algorithm)
}

// refusedHere are valid vectors of algorithms that we support which we refuse
// nevertheless, by file and number.
var refusedHere = map[string]map[int]string{
	signatures: {
		346: "the key's alg is PS256, the signature is PS384: a key is for the algorithm that it names (RFC 8725 section 3.1)",
		350: "the same key, with key_ops in place of use",
		347: "the key's alg is ES521, which is no algorithm; the signature is ES512",
		351: "the same key, with key_ops in place of use",
	},
}

func TestSignatures(t *testing.T) {
	for file, want := range map[string]count{
		signatures: {Valid: 46, Accepted: 32, Symmetric: 10, Refused: 4, Invalid: 355},
		keys:       {Valid: 5, Accepted: 1, Symmetric: 4, Invalid: 21},
		mixed:      {Valid: 4, Accepted: 2, Symmetric: 2, Invalid: 45},
	} {
		t.Run(file, func(t *testing.T) {
			var got count
			for _, v := range read(t, file) {
				if !v.Sealed {
					got.add(t, v, verify(t, v), refusedHere[file])
				}
			}
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			t.Logf("%d vectors: %+v", got.Valid+got.Invalid, got)
		})
	}
}

// count is how many vectors of a file were seen, and what became of them. All
// the invalid ones are refused.
type count struct {
	Valid     int // of them:
	Accepted  int
	Symmetric int // refused, since the algorithm is not one of ours
	Refused   int // named in refusedHere
	Invalid   int
}

func (c *count) add(t *testing.T, v vector, err error, exceptions map[int]string) {
	t.Helper()
	_, excepted := exceptions[v.ID]
	switch {
	case !v.Valid:
		c.Invalid++
		if err == nil {
			t.Errorf("%s: accepted, though it is invalid", v.name())
		}
		return
	case err == nil && excepted:
		t.Errorf("%s: accepted, though it is named as an exception", v.name())
	case err == nil:
		c.Accepted++
	case excepted:
		c.Refused++
	case symmetric(t, v.Keys):
		c.Symmetric++
	default:
		t.Errorf("%s: %v, though it is valid", v.name(), err)
	}
	c.Valid++
}

// symmetric reports whether all keys of the set are shared secrets.
func symmetric(t *testing.T, set []byte) bool {
	t.Helper()
	var doc struct {
		Keys []struct{ Kty string }
	}
	if err := json.Unmarshal(set, &doc); err != nil {
		t.Fatal(err)
	}
	for _, k := range doc.Keys {
		if k.Kty != "oct" {
			return false
		}
	}
	return true
}

// Encrypted tokens are refused, sound or not, before any key is looked at.
func TestEncryption(t *testing.T) {
	seen := 0
	for _, file := range []string{mixed, encryption} {
		for _, v := range read(t, file) {
			if !v.Sealed {
				continue
			}
			seen++
			if _, err := parse(v.Raw); err == nil {
				t.Errorf("%s %s: read as a token", file, v.name())
			}
		}
	}
	if seen != 34+139 {
		t.Errorf("%d encrypted tokens", seen)
	}
}
