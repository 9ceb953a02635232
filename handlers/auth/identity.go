package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

const (
	longestIDToken = 24 * time.Hour
	oldestIDToken  = 10 * time.Minute
	maxSubject     = 255 // OpenID Connect Core section 2
	maxName        = 200
)

// identify reads the ID token of a token response, as far as OpenID Connect
// Core section 3.1.3.7 goes and then further: go-oidc lets a token pass that
// has no sub, that is for others too, or that somebody else asked for.
func (r *relying) identify(ctx context.Context, m *metadata, response *oauth2.Token, nonce string) (party.Arrival, error) {
	raw, ok := response.Extra("id_token").(string)
	if !ok || raw == "" {
		return party.Arrival{}, errors.New("no ID token")
	}
	verified, err := m.verifier.Verify(ctx, raw)
	if err != nil {
		return party.Arrival{}, fmt.Errorf("ID token: %w", err)
	}
	t, err := token.Parse(raw)
	if err != nil {
		return party.Arrival{}, fmt.Errorf("ID token: %w", err)
	}
	if err := r.checkIDToken(t, nonce); err != nil {
		return party.Arrival{}, fmt.Errorf("ID token: %w", err)
	}
	if verified.AccessTokenHash != "" {
		if err := verified.VerifyAccessToken(response.AccessToken); err != nil {
			return party.Arrival{}, errors.New("ID token: at_hash is of another access token")
		}
	}
	l, err := r.readLogin(t.Claims, verified.Subject)
	if err != nil {
		return party.Arrival{}, err
	}
	if r.UserInfo {
		if err := r.addUserInfo(ctx, m, response, &l); err != nil {
			return party.Arrival{}, err
		}
	}
	return l, nil
}

// checkIDToken checks what go-oidc leaves to its caller.
func (r *relying) checkIDToken(t token.Token, nonce string) error {
	if !t.IsType("", "JWT") {
		return errors.New("typ is another")
	}
	now := r.now()
	if _, err := t.Claims.Within(token.Lifetime{
		Now: now, Leeway: clockLeeway, Longest: longestIDToken, IssuedAt: true,
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

// readLogin takes the person from the claims. The level comes from acr by the
// configured list; an acr that is absent or not in it is level 0.
func (r *relying) readLogin(claims token.Claims, subject string) (party.Arrival, error) {
	sub, err := claims.Text("sub")
	if err != nil || sub == "" || sub != subject || len(sub) > maxSubject ||
		strings.ContainsFunc(sub, func(r rune) bool { return r < ' ' || r > '~' }) { // OpenID Connect Core section 2: ASCII
		return party.Arrival{}, errors.New("ID token: sub is absent, empty, too long or not ASCII")
	}
	acr, err := claims.Text("acr")
	if err != nil {
		return party.Arrival{}, fmt.Errorf("ID token: %w", err)
	}
	at, err := claims.Time("auth_time")
	if err != nil {
		return party.Arrival{}, fmt.Errorf("ID token: %w", err)
	}
	if at.IsZero() {
		at, _ = claims.Time("iat")
	}
	l := party.Arrival{Identity: party.Identity{Issuer: r.Issuer, Subject: sub}, Provider: r.ID, Level: r.Levels[acr], AuthTime: at}
	return l, r.addClaims(claims, &l)
}

// addClaims takes national id and name where they are not known yet. A
// national id that is there but malformed ends the login: it would otherwise
// make a second person out of one.
func (r *relying) addClaims(claims token.Claims, l *party.Arrival) error {
	if r.PIDClaim != "" && l.PID.IsZero() && claims.Has(r.PIDClaim) {
		text, err := claims.Text(r.PIDClaim)
		if err != nil {
			return err
		}
		if l.PID, err = party.ParsePersonID(text); err != nil {
			return fmt.Errorf("claim %s: %w", r.PIDClaim, err)
		}
	}
	if l.Name == "" && claims.Has(r.NameClaim) {
		name, err := claims.Text(r.NameClaim)
		if err != nil || utf8.RuneCountInString(name) > maxName {
			return fmt.Errorf("claim %s is not a name", r.NameClaim)
		}
		// One that shows as another is none; what we called him before stays.
		if models.LineFault(name, maxName, true) == "" {
			l.Name = name
		}
	}
	return nil
}

// addUserInfo asks userinfo for what the ID token lacks. Its sub must be the
// ID token's (OpenID Connect Core section 5.3.2).
func (r *relying) addUserInfo(ctx context.Context, m *metadata, response *oauth2.Token, l *party.Arrival) error {
	info, err := m.oidc.UserInfo(oidc.ClientContext(ctx, r.client), oauth2.StaticTokenSource(response))
	if err != nil {
		// The cause may quote the answer, which is about a person.
		return errors.New("userinfo: no usable answer")
	}
	if info.Subject != l.Subject {
		return errors.New("userinfo: sub is another")
	}
	var body rawObject
	if err := info.Claims(&body); err != nil {
		return errors.New("userinfo: not a JSON object")
	}
	var claims token.Claims
	if err := json.Unmarshal(jsontext.Value(body), &claims); err != nil {
		return errors.New("userinfo: not a JSON object with unique names")
	}
	return r.addClaims(claims, l)
}

// rawObject takes JSON as it stands, for our strict reader.
type rawObject []byte

// UnmarshalJSON keeps the text.
func (o *rawObject) UnmarshalJSON(text []byte) error {
	*o = append((*o)[:0], text...)
	return nil
}
