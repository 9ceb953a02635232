package auth_test

import (
	"context"
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
		ExpiresAt: start.Add(1800 * time.Second), Actor: models.Actor{Kind: models.Person, Level: 3, AuthTime: start}, Portal: true,
		User: auth.User{ID: 20001337, PartyUUID: "b4a7a9b0-0000-4000-8000-000000000001"},
	}
	early := person // he proved who he is long before the token was made
	early.Actor.AuthTime = start.Add(-time.Hour)
	soon := person // by a clock that is ahead of ours
	soon.Actor.AuthTime = start.Add(10 * time.Second)
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
		"person, just now":   {"Bearer " + portal(but(portalClaims(), object{"auth_time": start.Unix() + 10})), soon},
		"person, as text":    {"Bearer " + portal(but(portalClaims(), object{"auth_time": text(start.Unix() - 3600)})), early},
		"person, earlier":    {"Bearer " + portal(but(portalClaims(), object{"auth_time": start.Unix() - 3600})), early},
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

func TestTokensThatDoNotHold(t *testing.T) {
	k := newKit(t)
	if _, err := k.with(t, "Bearer "+rs256(mpClaims())); err != nil {
		t.Fatalf("the token that the attacks are made from: %v", err)
	}
	n := 0
	for _, group := range []map[string]string{algorithmAttacks(), keyAttacks(), formAttacks(), timeAttacks(), claimAttacks(), callAttacks()} {
		for name, raw := range group {
			n++
			t.Run(name, func(t *testing.T) {
				refused(t, k, models.CodeInvalidToken, "Bearer "+raw)
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
		"none": nil, "no scheme": {good[7:]}, "two": {good, good}, "a good and a bad one": {good, "Basic eDp5"}, "basic": {"Basic eDp5"}, "DPoP": {"DPoP " + good[7:]},
		"empty": {""}, "scheme only": {"Bearer"}, "scheme and space": {"Bearer "}, "tab": {"Bearer\t" + good[7:]}, "two spaces": {"Bearer  " + good[7:]},
		"list in one": {good + ", " + good}, "parameters": {`Bearer token="` + good[7:] + `"`}, "session cookie": {"Bearer " + b64(make([]byte, 32))},
	} {
		t.Run(name, func(t *testing.T) { refused(t, k, models.CodeInvalidToken, headers...) })
	}
	for _, query := range []string{
		"access_token=x", "access%5ftoken=x&access_token=y", "a=1&access_token", "access%5Ftoken=x", "%61ccess_token", "Access_Token=x", "a;access_token=x", "a=%zz&access_token=x",
	} {
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
