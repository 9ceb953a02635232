package auth_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

func TestTokensThatHold(t *testing.T) {
	organisation := auth.Caller{
		Issuer: mpIssuer, Profile: auth.Maskinporten, Enriches: true, ClientID: "c1", OrgNo: orgNo,
		Scopes: []string{"stafett:enrich", "altinn:read"}, ExpiresAt: start.Add(120 * time.Second),
		Actor: models.Actor{Kind: models.Organisation, ID: "c1", OrgNo: orgNo},
	}
	service := auth.Caller{
		Issuer: svcIssuer, Profile: auth.Platform, ClientID: "decider", Scopes: []string{"stafett:decide"},
		ExpiresAt: start.Add(300 * time.Second), Actor: models.Actor{Kind: models.Service, ID: "decider"},
	}
	person := auth.Caller{
		Issuer: portalIssuer, Profile: auth.AltinnPlatform, Scopes: []string{"altinn:portal/enduser"},
		ExpiresAt: start.Add(1800 * time.Second), Actor: models.Actor{Kind: models.Person, Level: 3},
		User: auth.User{ID: 20001337, PartyUUID: "b4a7a9b0-0000-4000-8000-000000000001"},
	}
	systemUser := organisation
	systemUser.Actor.Kind = models.SystemUser
	issuer := auth.Caller{
		Issuer: mpIssuer, Profile: auth.Maskinporten, IssuerCall: true, Enriches: true, ExpiresAt: start.Add(60 * time.Second),
		Actor: models.Actor{Kind: models.Issuer, ID: mpIssuer},
	}
	for name, c := range map[string]struct {
		authorization string
		want          auth.Caller
	}{
		"RS256":              {"Bearer " + rs256(mpClaims()), organisation},
		"PS256":              {"Bearer " + sign("PS256", rsaKey(), object{"alg": "PS256", "kid": "rsa"}, mpClaims()), organisation},
		"PS256 by alg":       {"Bearer " + sign("PS256", otherRSAKey(), object{"alg": "PS256", "kid": "only-ps"}, mpClaims()), organisation},
		"ES256":              {"Bearer " + es256(mpClaims()), organisation},
		"EdDSA":              {"Bearer " + sign("EdDSA", edKey(), object{"alg": "EdDSA", "kid": "ed"}, mpClaims()), organisation},
		"scheme in any case": {"bEARER " + rs256(mpClaims()), organisation},
		"typ at+jwt":         {"Bearer " + headed(object{"alg": "RS256", "kid": "rsa", "typ": "at+jwt"}, mpClaims()), organisation},
		"typ in full":        {"Bearer " + headed(object{"alg": "RS256", "kid": "rsa", "typ": "application/AT+JWT"}, mpClaims()), organisation},
		"thumbprints":        {"Bearer " + headed(object{"alg": "RS256", "kid": "rsa", "typ": "JWT", "x5t": "abc"}, mpClaims()), organisation},
		"no aud where any":   {"Bearer " + rs256(but(mpClaims(), object{"aud": nil})), organisation},
		"clock 10 s ahead":   {"Bearer " + rs256(but(mpClaims(), object{"iat": start.Unix() + 10, "nbf": start.Unix() + 10})), organisation},
		"fraction of second": {"Bearer " + rs256(but(mpClaims(), object{"exp": float64(start.Unix()) + 120.5})), organisation},
		"unknown claims":     {"Bearer " + rs256(but(mpClaims(), object{"client_amr": "x", "delegation_source": "y"})), organisation},
		"service":            {"Bearer " + es256(svcClaims()), service},
		"two of our names":   {"Bearer " + es256(but(svcClaims(), object{"aud": []string{"stafett", "stafett-two"}})), service},
		"client_id over sub": {"Bearer " + es256(but(svcClaims(), object{"sub": "x", "client_id": "decider"})), service},
		"key set of one":     {"Bearer " + sign("ES256", ecKey(), object{"alg": "ES256"}, svcClaims()), service},
		"person":             {"Bearer " + portal(portalClaims()), person},
		"system user":        {"Bearer " + rs256(but(mpClaims(), object{"authorization_details": []object{{"type": "urn:altinn:systemuser"}}})), systemUser},
		"issuer's own call":  {"Bearer " + call(callClaims()), issuer},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := newKit(t).with(t, c.authorization)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateComparable(party.PersonID{})); diff != "" {
				t.Errorf("caller (-want +got):\n%s", diff)
			}
		})
	}
}

// attacks are the cases of the threat model's list of attacks on tokens, each
// as an Authorization header.
func attacks() map[string]string {
	a := map[string]string{}
	good := rs256(mpClaims())
	head, body, sig := parts(good)
	a["control: no scheme"] = good

	// Algorithms.
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

	// Keys in the header, and which key.
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

	// Form.
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

// claimAttacks are well-signed tokens whose claims do not hold.
func claimAttacks() map[string]string {
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
	a["client_id too long"] = rs256(but(mpClaims(), object{"client_id": strings.Repeat("c", 300)}))
	a["service without a name"] = es256(but(svcClaims(), object{"sub": nil}))
	a["ID token of a login"] = portal(object{"iss": portalIssuer, "sub": "u", "aud": "stafett", "iat": now, "exp": now + 100, "nonce": "n"})
	a["user token without user"] = portal(but(portalClaims(), object{"urn:altinn:userid": nil}))
	a["user id negative"] = portal(but(portalClaims(), object{"urn:altinn:userid": -1}))
	a["user id a fraction"] = portal(but(portalClaims(), object{"urn:altinn:userid": 1.5}))
	a["party uuid malformed"] = portal(but(portalClaims(), object{"urn:altinn:party:uuid": "x"}))
	a["pid malformed"] = portal(but(portalClaims(), object{"pid": "12345678901"}))
	return a
}

// callAttacks are issuers' own calls that do not hold.
func callAttacks() map[string]string {
	a := map[string]string{}
	now := start.Unix()
	for name, changes := range map[string]object{
		"without iat": {"iat": nil}, "without exp": {"exp": nil}, "without jti": {"jti": nil}, "jti a number": {"jti": 1},
		"jti too long": {"jti": strings.Repeat("j", 300)}, "for 61 s": {"exp": now + 61}, "expired": {"iat": now - 60, "exp": now},
		"without aud": {"aud": nil}, "to the star": {"aud": "*"}, "to us and another": {"aud": []string{publicURL, "https://other.example"}},
		"to us with a slash": {"aud": publicURL + "/"}, "to our path": {"aud": publicURL + "/v1/enrich"}, "to another": {"aud": "https://other.example"},
		"in another's name": {"iss": svcIssuer + "/"}, "issued ahead": {"iat": now + 30, "exp": now + 80},
	} {
		a["call "+name] = call(but(callClaims(), changes))
	}
	a["call signed by a stranger"] = sign("ES256", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		object{"alg": "ES256", "kid": "ec", "typ": "issuer-call+jwt"}, callClaims())
	a["call without its typ"] = sign("ES256", ecKey(), object{"alg": "ES256", "kid": "ec"}, callClaims())
	return a
}

func TestTokensThatDoNotHold(t *testing.T) {
	k := newKit(t)
	if _, err := k.with(t, "Bearer "+rs256(mpClaims())); err != nil {
		t.Fatalf("the token that the attacks are made from: %v", err)
	}
	n := 0
	for _, group := range []map[string]string{attacks(), claimAttacks(), callAttacks()} {
		for name, raw := range group {
			n++
			t.Run(name, func(t *testing.T) {
				authorization := "Bearer " + raw
				if strings.HasPrefix(name, "control") {
					authorization = raw
				}
				refused(t, k, models.CodeInvalidToken, authorization)
			})
		}
	}
	if n < 150 {
		t.Errorf("%d cases, the threat model asks for 150", n)
	}
}

func refused(t *testing.T, k *kit, code models.Code, authorization ...string) {
	t.Helper()
	caller, err := k.with(t, authorization...)
	if diff := cmp.Diff(auth.Caller{}, caller, cmpopts.EquateComparable(party.PersonID{})); diff != "" {
		t.Errorf("a caller came out (-want +got):\n%s", diff)
	}
	if got := models.CodeOf(err); got != code {
		t.Fatalf("code %q, want %q (%v)", got, code, err)
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	k := newKit(t)
	good := "Bearer " + rs256(mpClaims())
	for name, headers := range map[string][]string{
		"none": nil, "two": {good, good}, "a good and a bad one": {good, "Basic eDp5"}, "basic": {"Basic eDp5"}, "DPoP": {"DPoP " + good[7:]},
		"empty": {""}, "scheme only": {"Bearer"}, "scheme and space": {"Bearer "}, "tab": {"Bearer\t" + good[7:]}, "two spaces": {"Bearer  " + good[7:]},
		"list in one": {good + ", " + good}, "parameters": {`Bearer token="` + good[7:] + `"`}, "session cookie": {"Bearer " + b64(make([]byte, 32))},
	} {
		t.Run(name, func(t *testing.T) { refused(t, k, models.CodeInvalidToken, headers...) })
	}
	for _, query := range []string{"access_token=x", "access%5ftoken=x&access_token=y", "a=1&access_token"} {
		r := httptest.NewRequest(http.MethodPost, "/v1/enrich?"+query, http.NoBody)
		r.Header.Set("Authorization", good)
		if _, err := k.door.Caller(t.Context(), r); models.CodeOf(err) != models.CodeInvalidToken {
			t.Errorf("query %s: %v", query, err)
		}
	}
}

func TestErrorsQuoteNothingOfTheToken(t *testing.T) {
	k := newKit(t)
	secret := "canary-value"
	for name, raw := range map[string]string{
		"claims": rs256(but(mpClaims(), object{"iss": secret})), "header": headed(object{"alg": secret, "kid": secret}, mpClaims()),
		"kid": headed(object{"alg": "RS256", "kid": secret}, mpClaims()), "raw": secret,
		"pid": portal(but(portalClaims(), object{"pid": secret})), "org": rs256(but(mpClaims(), object{"consumer": object{"authority": "iso6523-actorid-upis", "ID": secret}})),
	} {
		if _, err := k.with(t, "Bearer "+raw); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIssuersCallHoldsOnce(t *testing.T) {
	k := newKit(t)
	raw := "Bearer " + call(callClaims())
	if _, err := k.with(t, raw); err != nil {
		t.Fatal(err)
	}
	refused(t, k, models.CodeInvalidToken, raw)
	k.clock.advance(59 * time.Second)
	refused(t, k, models.CodeInvalidToken, raw)
	k.clock.advance(2 * time.Second)
	refused(t, k, models.CodeInvalidToken, raw)
}

func TestIssuersCallIsRefusedWhenReplaysAreUnknown(t *testing.T) {
	k := newKit(t)
	k.replays.fail = errors.New("database is down")
	refused(t, k, models.CodeUnavailable, "Bearer "+call(callClaims()))
}

func TestIssuerThatDoesNotEnrichMayNotCall(t *testing.T) {
	k := newKit(t)
	claims := but(callClaims(), object{"iss": svcIssuer})
	refused(t, k, models.CodeCallerNotAllowed, "Bearer "+call(claims))
	if len(k.replays.seen) != 0 {
		t.Error("its jti was noted")
	}
}

func TestGuards(t *testing.T) {
	k := newKit(t)
	callers := map[string]auth.Caller{}
	for name, raw := range map[string]string{
		"organisation": rs256(mpClaims()), "service": es256(svcClaims()), "person": portal(but(portalClaims(), object{"scope": "stafett:decide stafett:enrich"})),
		"system user": rs256(but(mpClaims(), object{"authorization_details": []int{}})), "issuer": call(callClaims()),
		"other scopes": rs256(but(mpClaims(), object{"scope": "stafett:enrich2 xstafett:enrich stafett STAFETT:ENRICH stafett:decide.x"})),
		"no scope":     rs256(but(mpClaims(), object{"scope": nil})),
	} {
		c, err := k.with(t, "Bearer "+raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		callers[name] = c
	}
	for name, want := range map[string]struct{ enrich, decide bool }{
		"organisation": {true, false}, "service": {false, true}, "person": {}, "system user": {}, "issuer": {true, false}, "other scopes": {}, "no scope": {},
	} {
		t.Run(name, func(t *testing.T) {
			for guard, got := range map[string]struct {
				err  error
				want bool
			}{
				"enrich": {callers[name].RequireEnricher("stafett:enrich"), want.enrich},
				"decide": {callers[name].RequireScope("stafett:decide"), want.decide},
			} {
				if (got.err == nil) != got.want || got.err != nil && models.CodeOf(got.err) != models.CodeCallerNotAllowed {
					t.Errorf("%s: %v, want allowed %v", guard, got.err, got.want)
				}
			}
		})
	}
}

func TestVerifiedTokenIsRememberedUntilItExpires(t *testing.T) {
	k := newKit(t)
	raw := "Bearer " + rs256(mpClaims())
	for range 100 {
		if _, err := k.with(t, raw); err != nil {
			t.Fatal(err)
		}
		k.clock.advance(time.Second)
	}
	if n := k.fetches.Load(); n != 1 {
		t.Errorf("%d fetches of keys, want 1", n)
	}
	k.clock.advance(20 * time.Second)
	refused(t, k, models.CodeInvalidToken, raw)
}

func TestWithdrawnKeyEndsRememberedTokens(t *testing.T) {
	k := newKit(t)
	raw := "Bearer " + es256(but(svcClaims(), object{"exp": start.Unix() + 3600}))
	if _, err := k.with(t, raw); err != nil {
		t.Fatal(err)
	}
	k.publish("/platform", jose.JSONWebKey{Key: ec384Key().Public(), KeyID: "next", Use: "sig"})
	k.clock.advance(31 * time.Minute)
	if _, err := k.with(t, raw); err != nil {
		t.Fatalf("before the set is read again: %v", err)
	}
	if err := k.door.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused(t, k, models.CodeInvalidToken, raw)
}

func TestKeysThatNobodyServesAreUnavailable(t *testing.T) {
	k := newKit(t)
	k.mu.Lock()
	k.jwks["/mp"] = object{"error": "down"}
	k.mu.Unlock()
	refused(t, k, models.CodeUnavailable, "Bearer "+rs256(mpClaims()))
	if _, err := k.with(t, "Bearer "+es256(svcClaims())); err != nil {
		t.Errorf("another issuer suffers: %v", err)
	}
}

func TestCallerWhoLeavesIsNotWaitedFor(t *testing.T) {
	k := newKit(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest(http.MethodPost, "/v1/enrich", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+rs256(mpClaims()))
	if _, err := k.door.Caller(ctx, r); err != nil && models.CodeOf(err) != models.CodeUnavailable {
		t.Error(err)
	}
}

func TestDoorNeedsEverything(t *testing.T) {
	if _, err := auth.NewDoor(auth.DoorConfig{}); err == nil {
		t.Error("a door without issuers")
	}
}

func TestChallenge(t *testing.T) {
	k := newKit(t)
	_, err := k.with(t)
	if got := auth.Challenge(err); got != `Bearer error="invalid_token"` {
		t.Errorf("without a token: %s", got)
	}
	if got := auth.Challenge(auth.Caller{}.RequireScope("x")); got != `Bearer error="insufficient_scope"` {
		t.Errorf("without the scope: %s", got)
	}
	if got := auth.Challenge(errors.New("x")); got != "" {
		t.Errorf("for a fault of ours: %s", got)
	}
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
