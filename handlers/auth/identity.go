package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models/party"
)

const (
	longestIDToken = 24 * time.Hour
	oldestIDToken  = 10 * time.Minute
	maxSubject     = 255 // OpenID Connect Core section 2
	loginLeeway    = time.Minute
)

// proof is what a provider says about one login: who it is, and the acr by
// which the level was found. AuthTime is zero when the provider does not say
// when he proved who he is; nobody guesses it then.
type proof struct {
	party.Arrival
	acr string
}

// identify reads the ID token of a token response, as far as OpenID Connect
// Core section 3.1.3.7 goes and then further: go-oidc lets a token pass that
// has no sub, that is for others too, or that somebody else asked for.
func (r *relying) identify(ctx context.Context, m *metadata, response *oauth2.Token, nonce string) (proof, error) {
	raw, ok := response.Extra("id_token").(string)
	if !ok || raw == "" {
		return proof{}, errors.New("no ID token")
	}
	verified, err := m.verifier.Verify(ctx, raw)
	if err != nil { // the library quotes what the provider wrote, and the cause is logged
		return proof{}, errors.New("ID token: signature, issuer, audience or times do not hold")
	}
	t, err := token.Parse(raw)
	if err != nil {
		return proof{}, fmt.Errorf("ID token: %w", err)
	}
	if err := r.checkIDToken(t, nonce); err != nil {
		return proof{}, fmt.Errorf("ID token: %w", err)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(response.AccessToken); err != nil {
			return proof{}, errors.New("ID token: at_hash is of another access token")
		}
	}
	p, err := r.readLogin(t.Claims, verified.Subject)
	if err != nil {
		return proof{}, fmt.Errorf("ID token: %w", err)
	}
	docs := documents{t.Claims}
	if r.UserInfo {
		info, err := r.userInfo(ctx, m, response, p.Subject)
		if err != nil {
			return proof{}, err
		}
		docs = append(docs, info)
	}
	return p, r.Claims.read(docs, r.numbers, &p.Arrival)
}

// checkIDToken checks what go-oidc leaves to its caller.
func (r *relying) checkIDToken(t token.Token, nonce string) error {
	if !t.IsType("", "JWT") {
		return errors.New("typ is another")
	}
	now := r.now()
	if _, err := t.Claims.Within(token.Lifetime{
		Now: now, Leeway: loginLeeway, Longest: longestIDToken, IssuedAt: true,
	}); err != nil {
		return err
	}
	if iat, _ := t.Claims.Time("iat"); now.Sub(iat) > oldestIDToken {
		return errors.New("issued too long ago")
	}
	audiences, err := t.Claims.Texts("aud")
	if err != nil || len(audiences) != 1 || audiences[0] != r.ClientID {
		return errors.New("audience is not this client alone")
	}
	if azp, err := t.Claims.Text("azp"); err != nil || azp != "" && azp != r.ClientID {
		return errors.New("authorized party is another")
	}
	got, err := t.Claims.Text("nonce")
	if err != nil || subtle.ConstantTimeCompare([]byte(got), []byte(nonce)) != 1 {
		return errors.New("nonce is another")
	}
	if t.Claims.Has("events") {
		return errors.New("it is a logout token")
	}
	return nil
}

// readLogin takes from the ID token alone who it is, by what and when he proved
// it, and the provider's session. The level comes from acr by the configured
// list; an acr that is absent or not in it is level 0.
func (r *relying) readLogin(claims token.Claims, subject string) (proof, error) {
	sub, err := claims.Text("sub")
	if err != nil || sub == "" || sub != subject || !plain(sub) {
		return proof{}, errors.New("sub is absent, empty, too long or not ASCII")
	}
	sid, err := claims.Text("sid")
	if err != nil || !plain(sid) {
		return proof{}, errors.New("sid is not text, too long or not ASCII")
	}
	for _, name := range []string{sub, sid} {
		if _, err := party.ParsePersonID(name); err == nil {
			return proof{}, errTellsNumber
		}
	}
	acr, err := claims.Text("acr")
	if err != nil {
		return proof{}, err
	}
	at, err := claims.Time("auth_time")
	if err != nil {
		return proof{}, err
	}
	if at.After(r.now().Add(loginLeeway)) {
		return proof{}, errors.New("auth_time is in the future")
	}
	return proof{acr: acr, Arrival: party.Arrival{
		Identity: party.Identity{Issuer: r.Issuer, Subject: sub},
		Provider: r.ID, SID: sid, Level: r.Claims.Levels[acr], AuthTime: at,
	}}, nil
}

// plain reports whether s can be a sub or a sid: ASCII without controls, 255
// characters at most (OpenID Connect Core section 2).
func plain(s string) bool {
	return len(s) <= maxSubject && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// userInfo asks userinfo for what the ID token lacks. Its sub must be the ID
// token's (OpenID Connect Core section 5.3.2).
func (r *relying) userInfo(ctx context.Context, m *metadata, response *oauth2.Token, subject string) (token.Claims, error) {
	info, err := m.oidc.UserInfo(oidc.ClientContext(ctx, r.client), oauth2.StaticTokenSource(response))
	if err != nil {
		// The cause may quote the answer, which is about a person.
		return nil, errors.New("userinfo: no usable answer")
	}
	if info.Subject != subject {
		return nil, errors.New("userinfo: sub is another")
	}
	var body rawObject
	if err := info.Claims(&body); err != nil {
		return nil, errors.New("userinfo: not a JSON object")
	}
	var claims token.Claims
	if err := json.Unmarshal(jsontext.Value(body), &claims); err != nil {
		return nil, errors.New("userinfo: not a JSON object with unique names")
	}
	return claims, nil
}

// rawObject takes JSON as it stands, for our strict reader.
type rawObject []byte

// UnmarshalJSON keeps the text.
func (o *rawObject) UnmarshalJSON(text []byte) error {
	*o = append((*o)[:0], text...)
	return nil
}
