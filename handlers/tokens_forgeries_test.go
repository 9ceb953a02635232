package handlers_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"hash"
	"math/big"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"

	kit "github.com/stafett/stafett/handlers/handlertest"
)

// What follows are forgeries of a token by name: all invalid wherever they are
// sent. First those of the algorithm and of the signature.
func algorithmForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	for _, none := range []string{"none", "None", "NONE", "nOnE", "none ", " none", "none\t", "null", "", "n\u043ene"} {
		head, body, sig := f.parts(f.head(kit.Claims{"alg": none}))
		a["alg none spelt "+none+", without signature"] = bearer(head + "." + body + ".")
		a["alg none spelt "+none+", with a signature"] = bearer(head + "." + body + "." + sig)
	}
	for _, alg := range []any{
		"es256", "ES256 ", "ES256\x00", "ES256K", "ES384", "ES512", "RS256", "PS256", "EdDSA", "Ed25519", "HS256", "dir", "RSA-OAEP", "A256KW",
		"PBES2-HS256+A128KW",
		[]string{"ES256"},
		256, true,
		map[string]string{"alg": "ES256"},
	} {
		a["alg "+asText(alg)] = f.headed(kit.Claims{"alg": alg})
	}
	a["alg absent"] = f.headed(kit.Claims{"alg": nil})
	a["alg null"] = f.token(`{"alg":null,"kid":"k"}`, f.claims(nil))
	a["PBES2 with a huge count"] = f.headed(kit.Claims{"alg": "PBES2-HS256+A128KW", "p2c": 1000000000, "p2s": "AAAA"})

	for name, secret := range secrets(&f.key.PublicKey) {
		a["HS256 with the public key as secret: "+name] = f.mac("HS256", sha256.New, secret)
	}
	der := secrets(&f.key.PublicKey)["DER"]
	a["HS384 with the public key as secret"] = f.mac("HS384", sha512.New384, der)
	a["HS512 with the public key as secret"] = f.mac("HS512", sha512.New, der)

	head, body, sig := f.parts(f.header)
	octets, err := base64.RawURLEncoding.DecodeString(sig)
	if err != nil {
		panic(err)
	}
	order := f.key.Params().N.FillBytes(make([]byte, 32))
	one := big.NewInt(1).FillBytes(make([]byte, 32))
	asDER, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(octets[:32]), new(big.Int).SetBytes(octets[32:])})
	if err != nil {
		panic(err)
	}
	for name, signature := range map[string][]byte{
		"empty": {}, "of zeros": make([]byte, 64), "of ones": append(one, one...), "r and s the order": append(order, order...),
		"r one, s zero": append(one, make([]byte, 32)...), "r zero": append(make([]byte, 32), octets[32:]...), "s zero": append(octets[:32:32], make([]byte, 32)...),
		"in DER": asDER, "an octet short": octets[:63], "an octet more": append(octets[:64:64], 0), "a zero before": append([]byte{0}, octets...),
		"r alone": octets[:32], "twice": append(octets[:64:64], octets...), "r and s exchanged": append(octets[32:64:64], octets[:32]...), "one octet": {1},
		"changed in a bit": append(octets[:63:63], octets[63]^1), "of ES384's length": append(octets[:64:64], make([]byte, 32)...),
	} {
		a["signature "+name] = bearer(head + "." + body + "." + b64(signature))
	}
	a["signature of another token"] = bearer(head + "." + b64(text(f.claims(kit.Claims{"jti": "another"}))) + "." + sig)
	a["signature of another header"] = bearer(b64(text(f.head(kit.Claims{"x5t": "a"}))) + "." + body + "." + sig)
	a["signature of the payload alone"] = bearer(head + "." + body + "." + b64(es256(f.key, body)))
	return a
}

// parts are those of a token with the header.
func (f forgery) parts(header any) (head, body, sig string) {
	p := strings.Split(compact(f.key, header, f.claims(nil)), ".")
	return p[0], p[1], p[2]
}

// secrets are the ways to write a public key that a verifier might take for the
// secret of an HMAC.
func secrets(public *ecdsa.PublicKey) map[string][]byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	jwk, err := jose.JSONWebKey{Key: public, KeyID: "k", Use: "sig", Algorithm: "ES256"}.MarshalJSON()
	if err != nil {
		panic(err)
	}
	point := der[len(der)-65:]
	return map[string][]byte{
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "DER": der, "JWK": jwk, "point": point, "x": point[1:33], "kid": []byte("k"), "nothing": {},
	}
}

func (f forgery) mac(alg string, h func() hash.Hash, secret []byte) carried {
	input := b64(text(f.head(kit.Claims{"alg": alg}))) + "." + b64(text(f.claims(nil)))
	m := hmac.New(h, secret)
	m.Write([]byte(input))
	return bearer(input + "." + b64(m.Sum(nil)))
}

func newKey(c elliptic.Curve) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// keyForgeries bring keys of their own, or ask for the wrong one.
func keyForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	stranger := newKey(elliptic.P256())
	jwk := jose.JSONWebKey{Key: stranger.Public(), KeyID: "k", Algorithm: "ES256"}
	for name, v := range map[string]any{
		"jwk": jwk, "jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/chain.pem", "x5c": []string{"MIIB"},
	} {
		a["stranger's key in "+name] = f.by(stranger, f.head(kit.Claims{name: v}), f.claims(nil))
		a["issuer's key, and "+name] = f.headed(kit.Claims{name: v})
		a["stranger's key in "+name+", without kid"] = f.by(stranger, f.head(kit.Claims{name: v, "kid": nil}), f.claims(nil))
	}
	a["stranger's key"] = f.by(stranger, f.header, f.claims(nil))
	a["stranger's key without kid"] = f.by(stranger, f.head(kit.Claims{"kid": nil}), f.claims(nil))
	a["stranger's key on another curve"] = f.by(newKey(elliptic.P384()), f.header, f.claims(nil))
	for _, other := range []string{kit.Issuer1, kit.Issuer2, kit.Portal, kit.Front, kit.Service} {
		if other != f.claims(nil)["iss"] {
			a["key of another issuer: "+other] = f.by(kit.Key(other), f.header, f.claims(nil))
			a["in another issuer's name: "+other] = f.with(kit.Claims{"iss": other})
		}
	}
	a["key of the login's provider"] = f.by(kit.Key("https://op.example"), f.header, f.claims(nil))
	for name, v := range map[string]any{
		"crit": []string{"exp"}, "crit of b64": []string{"b64"}, "crit empty": []string{}, "crit text": "exp", "b64": false, "b64 true": true, "zip": "DEF", "enc": "A128GCM", "cty": "JWT",
		"p2c": 1, "epk": map[string]string{}, "ALG": "none", "Alg": "ES256", "Kid": "k", "KID": "k", "TYP": "JWT", "url": "https://evil.example/", "nonce": "n",
		"iss": kit.Issuer1, "aud": "stafett", "exp": 1, "apu": "x", "iv": "x", "tag": "x", "svt": "x", "ppt": "x",
	} {
		member, _, _ := strings.Cut(name, " ")
		a["header with "+name] = f.headed(kit.Claims{member: v})
	}
	good := text(f.header)
	for name, header := range map[string]string{
		"with alg twice": strings.Replace(good, "{", `{"alg":"none",`, 1), "with kid twice": strings.Replace(good, "{", `{"kid":"x",`, 1),
		"with typ twice by escape": strings.Replace(good, "{", `{"t\u0079p":"JWT",`, 1),
		"a list":                   "[" + good + "]", "null": "null", "a number": "1", "text": `"ES256"`, "an empty object": "{}", "an empty list": "[]",
		"with more after it": good + "{}", "cut": good[:len(good)-1], "after a mark of byte order": "\ufeff" + good, "with a comment": good + "//", "with a comma too many": good[:len(good)-1] + ",}",
		"in single quotes": strings.ReplaceAll(good, `"`, `'`), "not UTF-8": strings.Replace(good, "{", "{\"x\":\"\xff\",", 1), "with a null octet": good + "\x00", "deep": strings.Repeat("[", 1500),
	} {
		a["header "+name] = f.token(header, f.claims(nil))
	}
	for name, kid := range map[string]any{
		"a path": "../../../../dev/null", "a file": "file:///dev/null", "an address": "https://evil.example/k", "SQL": "k' OR 1=1 --", "union": "x' UNION SELECT 'secret", "a command": "k;$(id)|id",
		"a null octet": "k\x00", "4 KB": strings.Repeat("k", 4<<10), "300 octets": strings.Repeat("k", 300), "empty": "", "in another case": "K", "a space after": "k ", "a space before": " k",
		"unknown": "other", "a number": 1, "a list": []string{"k"}, "an object": map[string]string{"kid": "k"}, "true": true, "not ASCII": "к", "a line break": "k\n", "a template": "{{.Key}}", "an index": "0",
	} {
		a["kid "+name] = f.headed(kit.Claims{"kid": kid})
	}
	a["kid null"] = f.token(strings.Replace(text(f.head(kit.Claims{"kid": nil})), "{", `{"kid":null,`, 1), f.claims(nil))
	return a
}

// formForgeries are written in another way than a compact token of good JSON.
func formForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	good := f.with(nil).raw()
	p := strings.Split(good, ".")
	head, body, sig := p[0], p[1], p[2]
	for name, raw := range map[string]string{
		"in the flat JSON form":    `{"payload":"` + body + `","protected":"` + head + `","signature":"` + sig + `"}`,
		"in the general JSON form": `{"payload":"` + body + `","signatures":[{"protected":"` + head + `","signature":"` + sig + `"},{"protected":"e30","signature":"AA"}]}`,
		"encrypted":                b64(`{"alg":"RSA-OAEP","enc":"A128GCM"}`) + ".AAAA.AAAA.AAAA.AAAA", "encrypted with an empty key": b64(`{"alg":"dir","enc":"A128GCM"}`) + "..AAAA.AAAA.AAAA",
		"of 8 000 dots": strings.Repeat(".", 8000), "of a megabyte": head + "." + strings.Repeat("A", 1<<20) + "." + sig, "past what a header holds": head + "." + body + "." + strings.Repeat("A", 8<<10),
		"of four parts": good + ".e30", "of four parts, the last empty": good + ".", "with an empty part before": "." + good, "of two parts": head + "." + body, "of one part": body, "of dots alone": "..",
		"without header": "." + body + "." + sig, "without payload": head + ".." + sig, "of header and payload exchanged": body + "." + head + "." + sig,
		"padded header": head + "=." + body + "." + sig, "padded payload": head + "." + body + "=." + sig, "padded signature": good + "==", "percent for padding": good + "%3D%3D",
		"line break in signature": head + "." + body + "." + sig[:10] + "\n" + sig[10:], "line break in header": head[:4] + "\r\n" + head[4:] + "." + body + "." + sig,
		"space within": head + ". " + body + "." + sig, "space before": " " + good, "space after": good + " ", "tab before": "\t" + good, "null octet after": good + "\x00", "a word after": good + " x",
		"plus within": head + "." + body + ".+" + sig[1:], "slash within": head + "." + body + "./" + sig[1:], "in quotes": `"` + good + `"`, "in angle brackets": "<" + good + ">",
		"with bits left over": head + "." + body + "." + sig[:len(sig)-1] + leftOver(sig), "with its dots escaped": strings.ReplaceAll(good, ".", "%2E"), "with full-width dots": strings.ReplaceAll(good, ".", "．"),
		"in upper case": strings.ToUpper(good), "twice": good + good, "twice with a comma": good + "," + good, "in base64 again": b64(good), "null": "null", "undefined": "undefined", "an object": "{}",
	} {
		a["token "+name] = bearer(raw)
	}
	a["token nested"] = f.token(f.head(kit.Claims{"cty": nil}), `"`+good+`"`)
	claims := func() string { return text(f.claims(nil)) }
	first := func(more string) string { return strings.Replace(claims(), "{", "{"+more, 1) }
	for name, payload := range map[string]string{
		"a list": "[" + claims() + "]", "text": `"x"`, "null": "null", "a number": "1", "true": "true", "empty": "{}", "nothing": " ", "with more after them": claims() + "{}", "cut": claims()[:20],
		"after a mark of byte order": "\ufeff" + claims(), "with a comma too many": strings.TrimSuffix(claims(), "}") + ",}", "not UTF-8": first("\"x\":\"\xff\","), "with half a surrogate": first(`"x":"\ud800",`),
		"with a comment": claims() + "/**/", "deep": first(`"x":` + strings.Repeat("[", 3000) + ","), "deeper, and closed": first(`"x":` + strings.Repeat("[", 2900) + strings.Repeat("]", 2900) + `,"x":1,`),
		"with iss twice": first(`"iss":"https://evil.example/",`), "with exp twice": first(`"exp":9999999999,`), "with aud twice": first(`"aud":"x",`), "with exp twice by escape": first(`"\u0065xp":9999999999,`),
		"with an unknown name twice": first(`"x":1,"x":2,`), "with a name twice within": first(`"x":{"a":1,"a":2},`),
		"with Exp beside exp": first(`"Exp":9999999999,`), "with ISS beside iss": first(`"ISS":"https://evil.example/",`), "with Scope beside scope": first(`"Scope":"stafett:enrich",`),
		"with Consumer": first(`"Consumer":{},`), "with URN:ALTINN:USERID": first(`"URN:ALTINN:USERID":1,`), "with Client_ID": first(`"Client_ID":"x",`),
		"with a null octet after": claims() + "\x00", "in single quotes": strings.ReplaceAll(claims(), `"`, `'`), "with NaN": first(`"x":NaN,`), "with a number that begins with 0": first(`"x":01,`),
	} {
		a["claims "+name] = f.token(f.header, payload)
	}
	return a
}

// leftOver is another last character for sig that decodes to the same octets in
// a decoder that does not look.
func leftOver(sig string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, sig[len(sig)-1])+1])
}

// timeForgeries are well-signed tokens of the wrong time.
func timeForgeries(f forgery) map[string]carried {
	a := map[string]carried{}
	now := f.site.Clock.Now().Unix()
	seconds := strconv.FormatInt(now+50, 10)
	for _, name := range []string{"exp", "iat", "nbf"} {
		for kind, v := range map[string]any{
			"text": seconds, "a list": []int64{now}, "an object": map[string]int64{"t": now}, "true": true, "zero": 0, "negative": -1, "after the year 9999": 1e12, "in milliseconds": now * 1000, "empty": "",
			"a date": "2026-01-15T12:00:00Z",
		} {
			a[name+" "+kind] = f.with(kit.Claims{name: v})
		}
		for _, literal := range []string{"null", "1e400", "-1e400", "1e30", "99999999999999999999"} {
			a[name+" "+literal] = f.token(f.header, strings.Replace(text(f.claims(kit.Claims{name: nil})), "{", `{"`+name+`":`+literal+",", 1))
		}
	}
	for name, changes := range map[string]kit.Claims{
		"without exp": {"exp": nil}, "expired by a second": {"exp": now - 1, "iat": now - 50}, "expired this second": {"exp": now, "iat": now - 50}, "expired long ago": {"exp": now - 86400, "iat": now - 86450},
		"for two hours": {"exp": now + 7200}, "for a year": {"exp": now + 365*86400}, "issued two hours before it ends": {"iat": now - 7150, "exp": now + 50},
		"not valid for 11 s yet": {"nbf": now + 11}, "not valid for a minute yet": {"nbf": now + 61}, "issued in 11 s": {"iat": now + 11}, "issued in an hour": {"iat": now + 3600, "exp": now + 3650},
		"ends before it begins": {"iat": now + 9, "exp": now + 5}, "ends as it begins": {"iat": now + 5, "exp": now + 5}, "valid only after it ends": {"nbf": now + 3600},
	} {
		a["token "+name] = f.with(changes)
	}
	return a
}
