package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"
)

// issuerKey signs the tokens of every issuer of the scripts.
var issuerKey = sync.OnceValues(func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })

// jwks FILE writes the key set of the issuers whose tokens token makes.
func jwks(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: jwks FILE")
	}
	key, err := issuerKey()
	ts.Check(err)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Use: "sig", Algorithm: string(jose.ES256)}}})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), set, 0o600))
}

// token NAME CLAIMS [TYP] sets the variable to an access token with the claims,
// a JSON object in which variables are expanded, valid for two minutes from now.
func token(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: token NAME CLAIMS [TYP]")
	}
	typ := "JWT"
	if len(args) == 3 {
		typ = args[2]
	}
	var claims map[string]any
	ts.Check(json.Unmarshal([]byte(os.Expand(args[1], ts.Getenv)), &claims))
	now := time.Now().Unix()
	for name, value := range map[string]any{"iat": now, "exp": now + 60, "jti": uuid.NewString()} {
		claims[name] = value
	}
	key, err := issuerKey()
	ts.Check(err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: "k"}}, (&jose.SignerOptions{}).WithType(jose.ContentType(typ)))
	ts.Check(err)
	body, err := json.Marshal(claims)
	ts.Check(err)
	signed, err := signer.Sign(body)
	ts.Check(err)
	compact, err := signed.CompactSerialize()
	ts.Check(err)
	ts.Setenv(args[0], compact)
}

// call STATUS METHOD URL TOKEN [BODY] [HEADER: VALUE]… sends JSON with a bearer
// token, in which variables are expanded; the status must be this one. The body
// goes into the file body, the head into the file head.
func call(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: call STATUS METHOD URL TOKEN [BODY] [HEADER: VALUE]…")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	text := ""
	headers := args[4:]
	if len(headers) > 0 && !strings.Contains(strings.SplitN(headers[0], "{", 2)[0], ": ") {
		text, headers = os.Expand(headers[0], ts.Getenv), headers[1:]
	}
	req, err := http.NewRequestWithContext(ctx, args[1], args[2], strings.NewReader(text))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+args[3])
	if text != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := client.Do(req)
	ts.Check(err)
	body, err := io.ReadAll(resp.Body)
	ts.Check(errors.Join(err, resp.Body.Close()))
	var head bytes.Buffer
	ts.Check(resp.Header.Write(&head))
	ts.Check(os.WriteFile(ts.MkAbs("body"), body, 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("head"), bytes.ReplaceAll(head.Bytes(), []byte("\r\n"), []byte("\n")), 0o600))
	if got := strconv.Itoa(resp.StatusCode); got != args[0] {
		ts.Fatalf("%s %s answers %s, want %s\n%.2000s", args[1], args[2], got, args[0], body)
	}
}

// pick NAME MEMBER… sets the variable to what stands in the file body, a JSON
// document, under the members one within the other; a number picks from a list.
func pick(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: pick NAME MEMBER…")
	}
	var at any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("body")), &at))
	for _, member := range args[1:] {
		switch v := at.(type) {
		case map[string]any:
			at = v[member]
		case []any:
			i, err := strconv.Atoi(member)
			if err != nil || i < 0 || i >= len(v) {
				ts.Fatalf("the list has no %q", member)
			}
			at = v[i]
		default:
			ts.Fatalf("nothing has the member %q", member)
		}
	}
	switch v := at.(type) {
	case string:
		ts.Setenv(args[0], v)
	case nil:
		ts.Fatalf("nothing stands under %q", args[1:])
	default:
		text, err := json.Marshal(v)
		ts.Check(err)
		ts.Setenv(args[0], string(text))
	}
}
