package keyset_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/handlers/auth/keyset"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// jwk returns the public key as JWK with changes; nil takes a member out.
func jwk(t *testing.T, public any, changes map[string]any) map[string]any {
	t.Helper()
	text, err := jose.JSONWebKey{Key: public, KeyID: "k"}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for name, v := range changes {
		m[name] = v
		if v == nil {
			delete(m, name)
		}
	}
	return m
}

func set(t *testing.T, keys ...any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func TestKeysThatAreLeftOut(t *testing.T) {
	ec, rsaPublic := ecKey().Public(), rsaKey().Public()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short := new(big.Int).Rsh(rsaKey().N, 1024)
	long := new(big.Int).SetBit(rsaKey().N, 8200, 1)
	even := new(big.Int).SetBit(rsaKey().N, 0, 0)
	x := jwk(t, ec, nil)["x"].(string)
	for name, key := range map[string]any{
		"for encryption":        jwk(t, ec, map[string]any{"use": "enc"}),
		"use unknown":           jwk(t, ec, map[string]any{"use": "SIG"}),
		"use a number":          jwk(t, ec, map[string]any{"use": 1}),
		"key_ops encrypt":       jwk(t, rsaPublic, map[string]any{"key_ops": []string{"encrypt"}}),
		"key_ops empty":         jwk(t, rsaPublic, map[string]any{"key_ops": []string{}}),
		"key_ops text":          jwk(t, rsaPublic, map[string]any{"key_ops": "verify"}),
		"RSA 1024":              jwk(t, rsaPublic, map[string]any{"n": b64(short.Bytes())}),
		"RSA too long":          jwk(t, rsaPublic, map[string]any{"n": b64(long.Bytes())}),
		"RSA modulus even":      jwk(t, rsaPublic, map[string]any{"n": b64(even.Bytes())}),
		"RSA e=1":               jwk(t, rsaPublic, map[string]any{"e": "AQ"}),
		"RSA e=3":               jwk(t, rsaPublic, map[string]any{"e": "Aw"}),
		"RSA e even":            jwk(t, rsaPublic, map[string]any{"e": b64([]byte{1, 0, 2})}),
		"RSA without n":         jwk(t, rsaPublic, map[string]any{"n": nil}),
		"RSA of a bad maker":    jwk(t, &rsa.PublicKey{N: rocaModulus(t), E: 65537}, nil),
		"alg of another type":   jwk(t, ec, map[string]any{"alg": "RS256"}),
		"alg of another curve":  jwk(t, p384.Public(), map[string]any{"alg": "ES256"}),
		"alg symmetric":         jwk(t, rsaPublic, map[string]any{"alg": "HS256"}),
		"alg of encryption":     jwk(t, rsaPublic, map[string]any{"alg": "RSA-OAEP"}),
		"curve wrongly named":   jwk(t, ec, map[string]any{"crv": "P-384"}),
		"curve unknown":         jwk(t, ec, map[string]any{"crv": "secp256k1"}),
		"point not on curve":    jwk(t, ec, map[string]any{"y": x}),
		"coordinate short":      jwk(t, ec, map[string]any{"x": x[:40]}),
		"X25519":                map[string]any{"kty": "OKP", "crv": "X25519", "kid": "k", "x": b64(make([]byte, 32))},
		"Ed25519 short":         map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": b64(make([]byte, 31))},
		"type unknown":          map[string]any{"kty": "XYZ", "kid": "k"},
		"type in lower case":    jwk(t, rsaPublic, map[string]any{"kty": "rsa"}),
		"no type":               jwk(t, ec, map[string]any{"kty": nil}),
		"kid a number":          jwk(t, ec, map[string]any{"kid": 1}),
		"kid too long":          jwk(t, ec, map[string]any{"kid": strings.Repeat("k", 300)}),
		"not an object":         "key",
		"null":                  nil,
		"an empty object":       map[string]any{},
		"coordinates with case": jwk(t, ec, map[string]any{"X": x, "x": nil}),
	} {
		t.Run(name, func(t *testing.T) {
			good := jwk(t, ec, map[string]any{"kid": "good"})
			got, err := keyset.Parse(set(t, key, good))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := got.Find("good"); !ok || got.Len() != 1 {
				t.Errorf("%d keys, want the good one alone", got.Len())
			}
		})
	}
}

func TestSetsThatAreRefusedWhole(t *testing.T) {
	ec := ecKey().Public()
	many := make([]any, 51)
	for i := range many {
		many[i] = jwk(t, ec, map[string]any{"kid": fmt.Sprint(i)})
	}
	cases := map[string][]byte{
		"symmetric key":   set(t, map[string]any{"kty": "oct", "kid": "k"}),
		"symmetric value": set(t, map[string]any{"kty": "oct", "k": "AAAA"}),
		"too many":        set(t, many...),
		"too large":       append(set(t), []byte(strings.Repeat(" ", 256<<10))...),
		"empty":           {}, "null": []byte("null"), "list": []byte("[]"), "keys null": []byte(`{"keys":null}`), "keys an object": []byte(`{"keys":{}}`),
		"name twice in a key": []byte(`{"keys":[{"kty":"EC","kty":"RSA"}]}`), "more after it": append(set(t), '1'),
		"invalid UTF-8": []byte("{\"keys\":[],\"x\":\"\xff\"}"), "a single key": []byte(`{"kty":"EC"}`),
	}
	for _, secret := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "priv", "k"} {
		cases["private part "+secret] = set(t, jwk(t, ec, map[string]any{"kid": "good"}), jwk(t, ec, map[string]any{secret: "AA"}))
	}
	for name, data := range cases {
		t.Run(name, func(t *testing.T) {
			if got, err := keyset.Parse(data); err == nil {
				t.Errorf("%d keys came out", got.Len())
			}
		})
	}
}

func TestKidThatStandsTwiceNamesNoKey(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	got, err := keyset.Parse(set(t, jwk(t, ecKey().Public(), nil), jwk(t, ed.Public(), nil), jwk(t, rsaKey().Public(), map[string]any{"kid": "r"})))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := got.Find("k"); ok || got.Len() != 1 {
		t.Errorf("%d keys", got.Len())
	}
}

func TestTokenWithoutKidFindsTheKeyOfASetOfOne(t *testing.T) {
	one, two := jwk(t, ecKey().Public(), nil), jwk(t, rsaKey().Public(), map[string]any{"kid": "r"})
	for want, data := range map[bool][]byte{true: set(t, one), false: set(t, one, two)} {
		got, err := keyset.Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := got.Find(""); ok != want {
			t.Errorf("%d keys: found %v", got.Len(), ok)
		}
	}
}

func TestKeyFitsItsAlgorithmsAlone(t *testing.T) {
	all := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "HS256", "none", ""}
	for name, c := range map[string]struct {
		key  any
		alg  any
		want string
	}{
		"RSA":       {rsaKey().Public(), nil, "RS256 RS384 RS512 PS256 PS384 PS512"},
		"RSA RS512": {rsaKey().Public(), "RS512", "RS512"},
		"P-256":     {ecKey().Public(), nil, "ES256"},
	} {
		got, err := keyset.Parse(set(t, jwk(t, c.key, map[string]any{"alg": c.alg})))
		if err != nil {
			t.Fatal(err)
		}
		k, _ := got.Find("k")
		var fits []string
		for _, alg := range all {
			if k.Fits(alg) {
				fits = append(fits, alg)
			}
		}
		if joined := strings.Join(fits, " "); joined != c.want {
			t.Errorf("%s fits %s, want %s", name, joined, c.want)
		}
	}
}

// rocaModulus makes a modulus as the faulty generator of CVE-2017-15361 did:
// primes of the form k·M + (65537^a mod M), M the product of the first primes.
func rocaModulus(t *testing.T) *big.Int {
	t.Helper()
	m := big.NewInt(1)
	for p, n := int64(2), 0; n < 126; p++ {
		if big.NewInt(p).ProbablyPrime(0) {
			m.Mul(m, big.NewInt(p))
			n++
		}
	}
	prime := func() *big.Int {
		for {
			a, err := rand.Int(rand.Reader, big.NewInt(1<<62))
			if err != nil {
				t.Fatal(err)
			}
			k, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 52))
			if err != nil {
				t.Fatal(err)
			}
			k.SetBit(k, 52, 1)
			p := new(big.Int).Exp(big.NewInt(65537), a, m)
			p.Add(p, k.Mul(k, m))
			if p.ProbablyPrime(8) {
				return p
			}
		}
	}
	for {
		if n := new(big.Int).Mul(prime(), prime()); n.BitLen() >= 2048 {
			return n
		}
	}
}
