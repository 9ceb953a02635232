package auth_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/stafett/stafett/models"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutToken is a token that holds, with the changes.
func (p *provider) logoutToken(changes ...func(object)) string {
	claims := object{
		"iss": p.issuer, "aud": "client", "iat": start.Unix(), "exp": start.Unix() + 120, "jti": "jti-1",
		"sub": "person-1", "events": object{logoutEvent: object{}},
	}
	for _, change := range changes {
		change(claims)
	}
	return p.sign(p.header, claims)
}

func setClaim(name string, v any) func(object) { return func(c object) { c[name] = v } }
func dropClaim(name string) func(object)       { return func(c object) { delete(c, name) } }

func TestProviderEndsLogins(t *testing.T) {
	for name, c := range map[string]struct {
		token func(p *provider) string
		want  string
	}{
		"by sub":         {func(p *provider) string { return p.logoutToken() }, "sub=person-1 sid="},
		"by sid":         {func(p *provider) string { return p.logoutToken(dropClaim("sub"), setClaim("sid", "s-1")) }, "sub= sid=s-1"},
		"by both":        {func(p *provider) string { return p.logoutToken(setClaim("sid", "s-1")) }, "sub=person-1 sid=s-1"},
		"aud as a list":  {func(p *provider) string { return p.logoutToken(setClaim("aud", []string{"client"})) }, "sub=person-1 sid="},
		"typ logout+jwt": {func(p *provider) string { p.header["typ"] = "logout+jwt"; return p.logoutToken() }, "sub=person-1 sid="},
		"typ absent":     {func(p *provider) string { delete(p.header, "typ"); return p.logoutToken() }, "sub=person-1 sid="},
		"other events too": {func(p *provider) string {
			return p.logoutToken(setClaim("events", object{logoutEvent: object{}, "https://example.com/other": object{}}))
		}, "sub=person-1 sid="},
		"clock a minute ahead": {func(p *provider) string { return p.logoutToken(setClaim("iat", start.Unix()+60)) }, "sub=person-1 sid="},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			s := newSite(t, p, "")
			raw := c.token(p)
			if err := s.login.EndByProvider(t.Context(), "op", raw); err != nil {
				t.Fatal(err)
			}
			if want := []string{p.issuer + " " + c.want}; !slices.Equal(s.people.ended, want) {
				t.Errorf("ended %q, want %q", s.people.ended, want)
			}
			if err := s.login.EndByProvider(t.Context(), "op", raw); models.CodeOf(err) != models.CodeInvalidToken || len(s.people.ended) != 1 {
				t.Errorf("the second time: %v", err)
			}
		})
	}
}

// hostileLogouts are tokens that end nothing.
func hostileLogouts() map[string]func(p *provider) string {
	claims := func(change func(object)) func(*provider) string {
		return func(p *provider) string { return p.logoutToken(change) }
	}
	now := start.Unix()
	return map[string]func(p *provider) string{
		"alg none": func(p *provider) string {
			p.sign = func(_, claims any) string {
				return b64([]byte(`{"alg":"none"}`)) + "." + b64([]byte(text(claims))) + "."
			}
			return p.logoutToken()
		},
		"alg HS256 with the secret": func(p *provider) string {
			p.sign = func(_, claims any) string { return sign("HS256", []byte("secret"), object{"alg": "HS256"}, claims) }
			return p.logoutToken()
		},
		"alg not announced": func(p *provider) string {
			p.sign = func(_, claims any) string {
				return sign("PS256", rsaKey(), object{"alg": "PS256", "kid": "rsa"}, claims)
			}
			return p.logoutToken()
		},
		"signature of another key": func(p *provider) string {
			p.sign = func(h, claims any) string { return sign("RS256", otherRSAKey(), h, claims) }
			return p.logoutToken()
		},
		"typ of an access token": func(p *provider) string { p.header["typ"] = "at+jwt"; return p.logoutToken() },
		"no event":               claims(dropClaim("events")),
		"events empty":           claims(setClaim("events", object{})),
		"events a list":          claims(setClaim("events", []string{logoutEvent})),
		"event another":          claims(setClaim("events", object{"http://schemas.openid.net/event/other": object{}})),
		"event no object":        claims(setClaim("events", object{logoutEvent: true})),
		"with nonce":             claims(setClaim("nonce", "n")),
		"aud wrong":              claims(setClaim("aud", "other")),
		"aud missing":            claims(dropClaim("aud")),
		"aud with another":       claims(setClaim("aud", []string{"client", "other"})),
		"iss wrong":              claims(setClaim("iss", "https://evil.example")),
		"iss missing":            claims(dropClaim("iss")),
		"jti missing":            claims(dropClaim("jti")),
		"jti empty":              claims(setClaim("jti", "")),
		"jti huge":               claims(setClaim("jti", strings.Repeat("j", 300))),
		"neither sub nor sid":    claims(dropClaim("sub")),
		"sub empty":              claims(setClaim("sub", "")),
		"sid a number":           claims(setClaim("sid", 1)),
		"iat missing":            claims(dropClaim("iat")),
		"too old":                claims(func(c object) { c["iat"], c["exp"] = now-601, now+100 }),
		"from the future":        claims(setClaim("iat", now+61)),
		"expired":                claims(func(c object) { c["iat"], c["exp"] = now-100, now-1 }),
		"exp missing":            claims(dropClaim("exp")),
		"lives for ever":         claims(setClaim("exp", now+24*3600)),
		"an ID token":            claims(func(c object) { delete(c, "events"); c["nonce"] = "n" }),
		"no token":               func(*provider) string { return "" },
		"rubbish":                func(*provider) string { return "a.b.c" },
		"huge":                   func(*provider) string { return strings.Repeat("A", 100_000) },
	}
}

func TestHostileLogoutEndsNothing(t *testing.T) {
	for name, token := range hostileLogouts() {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t)
			s := newSite(t, p, "")
			err := s.login.EndByProvider(t.Context(), "op", token(p))
			if models.CodeOf(err) != models.CodeInvalidToken || len(s.people.ended) != 0 {
				t.Errorf("%v, ended %q", err, s.people.ended)
			}
		})
	}
}

func TestLogoutThatCannotBeCheckedEndsNothing(t *testing.T) {
	for name, spoil := range map[string]func(*site){
		"provider is down":      func(s *site) { s.down = true },
		"keys are down":         func(s *site) { s.discovery = func(d object) { d["jwks_uri"] = s.issuer + "/gone" } },
		"replays are not known": func(s *site) { s.replays.fail = errors.New("disk is full") },
	} {
		p := newProvider(t)
		s := newSite(t, p, "")
		spoil(s)
		if err := s.login.EndByProvider(t.Context(), "op", p.logoutToken()); models.CodeOf(err) != models.CodeUnavailable || len(s.people.ended) != 0 {
			t.Errorf("%s: %v, ended %q", name, err, s.people.ended)
		}
	}
	s := newSite(t, newProvider(t), "")
	if err := s.login.EndByProvider(t.Context(), "other", s.logoutToken()); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("another provider: %v", err)
	}
	s.people.fail = errors.New("disk is full")
	if err := s.login.EndByProvider(t.Context(), "op", s.logoutToken()); err == nil || models.CodeOf(err) != models.CodeInternal {
		t.Errorf("a registry that is down: %v", err)
	}
}

// A logout token counts once, so that what has begun with it is ended, also for
// a provider that hangs up meanwhile.
func TestLogoutIsCarriedOutThoughTheProviderHangsUp(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	ctx, hangUp := context.WithCancel(t.Context())
	s.replays.noted = hangUp
	if err := s.login.EndByProvider(ctx, "op", s.logoutToken()); err != nil || len(s.people.ended) != 1 {
		t.Errorf("%v, ended %q", err, s.people.ended)
	}
}

func TestLogoutIsVerifiedWithTheKeysOfNow(t *testing.T) {
	p := newProvider(t)
	s := newSite(t, p, "")
	if err := s.login.EndByProvider(t.Context(), "op", p.logoutToken()); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(time.Minute) // the least between two readings of keys
	p.keys = []jose.JSONWebKey{{Key: otherRSAKey().Public(), KeyID: "new", Use: "sig"}}
	p.sign = func(_, claims any) string {
		return sign("RS256", otherRSAKey(), object{"alg": "RS256", "kid": "new"}, claims)
	}
	if err := s.login.EndByProvider(t.Context(), "op", p.logoutToken(setClaim("jti", "jti-2"))); err != nil {
		t.Errorf("rotated keys: %v", err)
	}
}
