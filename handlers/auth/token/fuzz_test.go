package token_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/stafett/stafett/handlers/auth/token"
)

func b64(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// FuzzParse holds three properties: no panic; whatever is read is a token to
// go-jose too, with the same algorithm and kid, so that two readers never
// disagree; and the times that pass are in order.
func FuzzParse(f *testing.F) {
	for _, header := range []string{`{"alg":"RS256","kid":"a"}`, `{"alg":"none"}`, `{"alg":"ES256","crit":["exp"]}`, `{"alg":"EdDSA","alg":"EdDSA"}`} {
		for _, claims := range []string{`{"exp":1763726400,"iat":1763726300}`, `{"exp":1e400}`, `{"Exp":1}`, `{"exp":1,"exp":2}`, `[]`} {
			f.Add(b64(header) + "." + b64(claims) + "." + b64("signature"))
		}
	}
	f.Add("..")
	f.Add(strings.Repeat(".", 100))
	now := time.Unix(1763726310, 0)
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := token.Parse(raw)
		if err != nil {
			return
		}
		theirs, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(got.Algorithm)})
		if err != nil {
			t.Fatalf("go-jose refuses what we read: %v", err)
		}
		if h := theirs.Headers[0]; h.Algorithm != got.Algorithm || h.KeyID != got.KeyID {
			t.Fatalf("header is %s %q to us, %s %q to go-jose", got.Algorithm, got.KeyID, h.Algorithm, h.KeyID)
		}
		exp, err := got.Claims.Within(token.Lifetime{Now: now, Leeway: 10 * time.Second, Longest: time.Hour})
		if err == nil && (!exp.After(now) || exp.Sub(now) > time.Hour+10*time.Second) {
			t.Fatalf("expires %v", exp)
		}
		for _, name := range []string{"iss", "aud", "scope"} {
			_, _ = got.Claims.Text(name)
			_, _ = got.Claims.Texts(name)
			_, _ = got.Claims.Whole(name)
		}
	})
}
