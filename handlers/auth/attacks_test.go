package auth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// What follows are the cases of the threat model's list of attacks on tokens,
// by name. First, attacks on the algorithm.
func algorithmAttacks() map[string]string {
	a := map[string]string{}
	head, body, sig := parts(rs256(mpClaims()))
	for _, none := range []string{"none", "None", "NONE", "nOnE", "none ", "", "none\t", "null"} {
		h := b64([]byte(text(object{"alg": none, "kid": "rsa"})))
		a["alg none spelt "+none] = h + "." + body + "."
		a["alg none with signature, spelt "+none] = h + "." + body + "." + sig
	}
	a["alg null"] = headed(`{"alg":null,"kid":"rsa"}`, mpClaims())
	a["alg absent"] = headed(object{"kid": "rsa"}, mpClaims())
	a["alg a list"] = headed(`{"alg":["RS256"],"kid":"rsa"}`, mpClaims())
	a["alg in lower case"] = headed(object{"alg": "rs256", "kid": "rsa"}, mpClaims())
	a["signature empty"] = head + "." + body + "."
	a["signature stripped with its dot"] = head + "." + body
	a["signature of another token"] = head + "." + b64([]byte(text(but(mpClaims(), object{"client_id": "c2"})))) + "." + sig
	der := must(x509.MarshalPKIXPublicKey(rsaKey().Public()))
	jwk := must(jose.JSONWebKey{Key: rsaKey().Public(), KeyID: "rsa"}.MarshalJSON())
	for name, secret := range map[string][]byte{
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "DER": der, "JWK": jwk, "nothing": {},
	} {
		a["HS256 with the public key as secret: "+name] = sign("HS256", secret, object{"alg": "HS256", "kid": "rsa"}, mpClaims())
	}
	a["algorithm that the issuer does not list"] = headed(object{"alg": "RS384", "kid": "rsa"}, mpClaims())
	a["RS256 with a key for PS256"] = sign("RS256", otherRSAKey(), object{"alg": "RS256", "kid": "only-ps"}, mpClaims())
	a["RS256 header over a PS256 signature"] = sign("PS256", rsaKey(), object{"alg": "RS256", "kid": "rsa"}, mpClaims())
	a["ES256 header with an RSA key"] = sign("RS256", rsaKey(), object{"alg": "ES256", "kid": "rsa"}, mpClaims())
	a["ES256 with r and s zero"] = head256() + "." + body + "." + b64(make([]byte, 64))
	a["ES256 in DER"] = sign("ES256-der", ecKey(), object{"alg": "ES256", "kid": "ec"}, mpClaims())
	a["ES256 with a P-384 key"] = sign("ES256", ec384Key(), object{"alg": "ES256", "kid": "p384"}, mpClaims())
	a["ES256 with a stranger's key"] = sign("ES256", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), object{"alg": "ES256", "kid": "ec"}, mpClaims())
	a["ES256 one octet short"] = shorten(es256(mpClaims()))
	a["PS256 with a longer salt"] = sign("PS256-long-salt", rsaKey(), object{"alg": "PS256", "kid": "rsa"}, mpClaims())
	a["PBES2 with a huge count"] = headed(object{"alg": "PBES2-HS256+A128KW", "p2c": 1000000000, "kid": "rsa"}, mpClaims())
	return a
}

// keyAttacks bring keys of their own, or ask for the wrong one.
func keyAttacks() map[string]string {
	a := map[string]string{}
	for name, v := range map[string]any{
		"jwk": object{"kty": "RSA"}, "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5c", "x5c": []string{"AAAA"},
		"crit": []string{"exp"}, "b64": false, "zip": "DEF", "enc": "A128GCM", "cty": "JWT", "p2c": 1, "epk": object{}, "ALG": "none", "Kid": "ec",
		"url": "https://evil.example/", "nonce": "n", "iss": mpIssuer,
	} {
		a["header member "+name] = headed(but(object{"alg": "RS256", "kid": "rsa"}, object{name: v}), mpClaims())
	}
	a["crit empty"] = headed(`{"alg":"RS256","kid":"rsa","crit":[]}`, mpClaims())
	a["header name twice"] = headed(`{"alg":"RS256","alg":"RS256","kid":"rsa"}`, mpClaims())
	a["header is a list"] = headed(`["RS256"]`, mpClaims())
	a["header is null"] = headed(`null`, mpClaims())
	a["header with more after it"] = headed(`{"alg":"RS256","kid":"rsa"}{}`, mpClaims())
	for name, kid := range map[string]string{
		"path": "../../../../dev/null", "SQL": "' OR 1=1 --", "command": "$(id)", "null byte": "rsa\x00", "10 KB": strings.Repeat("k", 10<<10),
		"300 octets": strings.Repeat("k", 300), "empty": "", "other case": "RSA", "trailing space": "rsa ", "of encryption": "for-encryption",
	} {
		a["kid: "+name] = headed(object{"alg": "RS256", "kid": kid}, mpClaims())
	}
	a["kid absent with many keys"] = headed(object{"alg": "RS256"}, mpClaims())
	a["kid a number"] = headed(`{"alg":"RS256","kid":1}`, mpClaims())
	a["key for encryption"] = sign("RS256", otherRSAKey(), object{"alg": "RS256", "kid": "for-encryption"}, mpClaims())
	a["another issuer's key under the same kid"] = sign("RS256", otherRSAKey(), object{"alg": "RS256", "kid": "rsa"}, mpClaims())
	a["our key for another issuer's token"] = rs256(portalClaims())
	return a
}

// formAttacks are written in another way than a compact token of good JSON.
func formAttacks() map[string]string {
	a := map[string]string{}
	good := rs256(mpClaims())
	head, body, sig := parts(good)
	a["JSON serialization"] = `{"payload":"` + body + `","protected":"` + head + `","signature":"` + sig + `"}`
	a["general JSON with two signatures"] = `{"payload":"` + body + `","signatures":[{"protected":"` + head + `","signature":"` + sig + `"},{"protected":"e30","signature":""}]}`
	a["JWE"] = b64([]byte(`{"alg":"RSA-OAEP","enc":"A128GCM"}`)) + ".AAAA.AAAA.AAAA.AAAA"
	a["nested token"] = headed(object{"alg": "RS256", "kid": "rsa", "cty": "JWT"}, `"`+good+`"`)
	a["10 000 dots"] = strings.Repeat(".", 10000)
	a["one megabyte"] = head + "." + strings.Repeat("A", 1<<20) + "." + sig
	a["four parts"] = good + ".e30"
	a["no parts"] = "abc"
	a["two dots only"] = ".."
	a["padding"] = head + "=." + body + "." + sig
	a["padded signature"] = good + "=="
	a["standard alphabet"] = head + "." + body + "." + strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, sig)
	a["line break in signature"] = head + "." + body + "." + sig[:10] + "\n" + sig[10:]
	a["line break in header"] = head[:4] + "\r\n" + head[4:] + "." + body + "." + sig
	a["space before"] = " " + good
	a["space after"] = good + " "
	a["unused bits"] = head + "." + body + "." + sig[:len(sig)-1] + unusedBits(sig)
	a["tab after scheme"] = "\t" + good
	a["invalid UTF-8 in claims"] = rs256("{\"iss\":\"" + mpIssuer + "\",\"x\":\"\xff\"}")
	a["byte order mark"] = rs256("\ufeff" + text(mpClaims()))
	a["claims are a list"] = rs256(`[]`)
	a["claims are text"] = rs256(`"x"`)
	a["claims are null"] = rs256(`null`)
	a["claims empty"] = rs256(`{}`)
	a["claims with more after them"] = rs256(text(mpClaims()) + "{}")
	a["claim twice"] = rs256(strings.Replace(text(mpClaims()), `{`, `{"client_id":"c0",`, 1))
	a["claim twice by escape"] = rs256(strings.Replace(text(mpClaims()), `{`, `{"\u0065xp":1,`, 1))
	a["claim in another case"] = rs256(but(mpClaims(), object{"Exp": start.Unix() + 999}))
	a["claim in another case, alone"] = rs256(but(mpClaims(), object{"exp": nil, "EXP": start.Unix() + 100}))
	a["deep nesting"] = rs256(strings.Replace(text(mpClaims()), `{`, `{"x":`+strings.Repeat("[", 5000)+`,`, 1))
	return a
}

// timeAttacks are well-signed tokens of the wrong time, issuer or audience.
func timeAttacks() map[string]string {
	a := map[string]string{}
	now := start.Unix()
	for name, exp := range map[string]any{
		"absent": nil, "text": text(now + 100), "a list": []int64{now + 100}, "past by one second": now - 1, "this second": now,
		"negative": -1, "zero": 0, "in two hours": now + 7200, "after the year 9999": 1e12, "true": true,
	} {
		a["exp "+name] = rs256(but(mpClaims(), object{"exp": exp}))
	}
	a["exp null"] = rs256(strings.Replace(text(but(mpClaims(), object{"exp": nil})), `{`, `{"exp":null,`, 1))
	a["exp 1e400"] = rs256(strings.Replace(text(but(mpClaims(), object{"exp": nil})), `{`, `{"exp":1e400,`, 1))
	a["nbf 61 s ahead"] = rs256(but(mpClaims(), object{"nbf": now + 61}))
	a["nbf text"] = rs256(but(mpClaims(), object{"nbf": "soon"}))
	a["iat 61 s ahead"] = rs256(but(mpClaims(), object{"iat": now + 61}))
	a["iat after exp"] = rs256(but(mpClaims(), object{"iat": now + 9, "exp": now + 5}))
	a["iat two hours before exp"] = rs256(but(mpClaims(), object{"iat": now - 7100}))
	a["iat a list"] = rs256(but(mpClaims(), object{"iat": []int{1}}))
	for name, iss := range map[string]any{
		"absent": nil, "another": "https://evil.example/", "a list": []string{mpIssuer}, "a prefix": strings.TrimSuffix(mpIssuer, "/"),
		"longer": mpIssuer + "x", "in another case": "https://Issuer.example/", "empty": "", "with a port": "https://issuer.example:443/",
		"an object": object{"iss": mpIssuer},
	} {
		a["iss "+name] = rs256(but(mpClaims(), object{"iss": iss}))
	}
	for name, aud := range map[string]any{
		"absent": nil, "another": "other", "ours and a stranger's": []string{"stafett", "other"}, "part of ours": "staf", "longer than ours": "stafett2",
		"an empty list": []string{}, "a number": 7, "a list of numbers": []int{7}, "the star": "*", "in another case": "Stafett", "empty": "",
		"an object": object{"stafett": true},
	} {
		a["aud "+name] = es256(but(svcClaims(), object{"aud": aud}))
	}
	return a
}

// claimAttacks are well-signed tokens of another kind, or of nobody.
func claimAttacks() map[string]string {
	a := map[string]string{}
	now := start.Unix()
	for _, typ := range []string{"logout+jwt", "dpop+jwt", "secevent+jwt", "token-introspection+jwt", "id_token", "x"} {
		a["typ "+typ] = headed(object{"alg": "RS256", "kid": "rsa", "typ": typ}, mpClaims())
	}
	a["typ empty"] = headed(`{"alg":"RS256","kid":"rsa","typ":""}`, mpClaims())
	for name, v := range map[string]any{"nonce": "n", "at_hash": "h", "events": object{}, "cnf": object{"jkt": "x"}} {
		a["carries "+name] = rs256(but(mpClaims(), object{name: v}))
	}
	for name, scope := range map[string]any{
		"a list": []string{"stafett:enrich"}, "two spaces": "a  b", "tab": "a\tb", "leading space": " a", "trailing space": "a ",
		"a number": 1, "empty": "", "quote": `a"b`, "not ASCII": "å",
	} {
		a["scope "+name] = rs256(but(mpClaims(), object{"scope": scope}))
	}
	for name, consumer := range map[string]any{
		"absent": nil, "text": "0192:" + orgNo, "a list": []object{{"authority": "iso6523-actorid-upis", "ID": "0192:" + orgNo}},
		"of another authority":   object{"authority": "other", "ID": "0192:" + orgNo},
		"without authority":      object{"ID": "0192:" + orgNo},
		"without prefix":         object{"authority": "iso6523-actorid-upis", "ID": orgNo},
		"of another register":    object{"authority": "iso6523-actorid-upis", "ID": "0193:" + orgNo},
		"with a bad check digit": object{"authority": "iso6523-actorid-upis", "ID": "0192:313367003"},
		"with a space":           object{"authority": "iso6523-actorid-upis", "ID": "0192:" + orgNo + " "},
		"in Arabic digits":       object{"authority": "iso6523-actorid-upis", "ID": "0192:٣١٣٣٦٧٠٠٢"},
		"with id in lower case":  object{"authority": "iso6523-actorid-upis", "id": "0192:" + orgNo},
		"with more":              object{"authority": "iso6523-actorid-upis", "ID": "0192:" + orgNo, "x": 1},
	} {
		a["consumer "+name] = rs256(but(mpClaims(), object{"consumer": consumer}))
	}
	a["client_id absent"] = rs256(but(mpClaims(), object{"client_id": nil}))
	a["client_id a number"] = rs256(but(mpClaims(), object{"client_id": 1}))
	a["client_id of two words"] = rs256(but(mpClaims(), object{"client_id": "c1 c2"}))
	a["client_id with a null byte"] = rs256(but(mpClaims(), object{"client_id": "c1\x00"}))
	a["longer than a header"] = rs256(but(mpClaims(), object{"x": strings.Repeat("x", 8<<10)}))
	a["client_id too long"] = rs256(but(mpClaims(), object{"client_id": strings.Repeat("c", 300)}))
	a["service without a name"] = es256(but(svcClaims(), object{"sub": nil}))
	a["ID token of a login"] = portal(object{"iss": portalIssuer, "sub": "u", "aud": "stafett", "iat": now, "exp": now + 100, "nonce": "n"})
	a["user token without user"] = portal(but(portalClaims(), object{"urn:altinn:userid": nil}))
	a["user id negative"] = portal(but(portalClaims(), object{"urn:altinn:userid": -1}))
	a["user id a fraction"] = portal(but(portalClaims(), object{"urn:altinn:userid": 1.5}))
	for _, id := range []string{" 5", "5 ", "+5", "05", "-0", "5.0", "5e0", "0x5", "5_0", "null", "٥", "5\x00", "5,6", ""} {
		a["user id in text, as "+id] = portal(but(portalClaims(), object{"urn:altinn:userid": id}))
	}
	a["party uuid malformed"] = portal(but(portalClaims(), object{"urn:altinn:party:uuid": "x"}))
	a["pid malformed"] = portal(but(portalClaims(), object{"pid": "12345678901"}))
	for name, at := range map[string]any{
		"11 s ahead": now + 11, "in an hour": now + 3600, "in milliseconds": now * 1000, "a fraction": float64(now) - 0.5, "words": "now", "a date": "2026-11-21T12:00:00Z",
		"zero": 0, "negative": -1, "true": true, "a list": []int64{now}, "an object": object{}, "empty": "", "1e400": json.RawMessage("1e400"), "null": json.RawMessage("null"),
		"the greatest number": math.MaxInt64, "past every number": json.RawMessage("99999999999999999999"),
	} {
		a["auth_time "+name] = portal(but(portalClaims(), object{"auth_time": at}))
	}
	return a
}

// callAttacks are issuers' own calls that do not hold.
func callAttacks() map[string]string {
	a := map[string]string{}
	now := start.Unix()
	for name, changes := range map[string]object{
		"without iat": {"iat": nil}, "without exp": {"exp": nil}, "without jti": {"jti": nil}, "jti a number": {"jti": 1},
		"jti with a null byte": {"jti": "j\x00"},
		"jti too long":         {"jti": strings.Repeat("j", 300)}, "for 61 s": {"exp": now + 61}, "expired": {"iat": now - 60, "exp": now},
		"without aud": {"aud": nil}, "to the star": {"aud": "*"}, "to us and another": {"aud": []string{publicURL, "https://other.example"}},
		"to us with a slash": {"aud": publicURL + "/"}, "to our path": {"aud": publicURL + "/v1/enrich"}, "to another": {"aud": "https://other.example"},
		"in another's name": {"iss": svcIssuer + "/"}, "issued ahead": {"iat": now + 30, "exp": now + 80},
	} {
		a["call "+name] = call(but(but(callClaims(), object{"jti": b64([]byte(name))}), changes))
	}
	for name, v := range map[string]any{"nonce": "n", "at_hash": "h", "c_hash": "h", "events": object{}, "cnf": object{"jkt": "x"}} {
		a["call carries "+name] = call(but(callClaims(), object{"jti": name, name: v}))
	}
	a["call signed by a stranger"] = sign("ES256", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		object{"alg": "ES256", "kid": "ec", "typ": "issuer-call+jwt"}, callClaims())
	a["call without its typ"] = sign("ES256", ecKey(), object{"alg": "ES256", "kid": "ec"}, callClaims())
	return a
}

func head256() string { return b64([]byte(`{"alg":"ES256","kid":"ec"}`)) }

func shorten(raw string) string {
	head, body, sig := parts(raw)
	b := must(base64.RawURLEncoding.DecodeString(sig))
	return head + "." + body + "." + b64(bytes.TrimSuffix(b, b[len(b)-1:]))
}

// unusedBits returns another last character for sig that decodes to the same
// octets in a decoder that does not look.
func unusedBits(sig string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, sig[len(sig)-1])+1])
}
