package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/stafett/stafett/handlers/auth/keyset"
	"github.com/stafett/stafett/handlers/auth/token"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// Rules for the times of tokens. The leeway is FAPI 2.0 section 5.3.2.1's.
const (
	clockLeeway   = 10 * time.Second
	longestAccess = time.Hour
	longestCall   = 60 * time.Second
	cachedTokens  = 8192
	longestBearer = 8 << 10 // in bytes; what servers take as a header
	maxJTI        = 256
)

// issuerCallType is the typ of a JWT by which an issuer itself calls.
const issuerCallType = "issuer-call+jwt"

// Replays remembers the jti of issuers' calls, for all nodes together.
type Replays interface {
	// Once notes that the issuer used jti and reports whether it was the first
	// time. The note may be forgotten after until. An error means that nobody
	// knows; the call is then refused.
	Once(ctx context.Context, issuer, jti string, until time.Time) (first bool, err error)
}

// DoorConfig is what a Door needs. All of it is wanted but Numbers.
type DoorConfig struct {
	Issuers   Issuers
	PublicURL string // the only audience of an issuer's own call, byte for byte
	Client    *http.Client
	Replays   Replays
	Now       func() time.Time
	Logger    *slog.Logger
	Numbers   party.Numbers
}

// Door lets in callers whose tokens hold. It is safe for concurrent use.
type Door struct {
	cfg     DoorConfig
	sources map[string]*keyset.Source
	seen    *otter.Cache[[sha256.Size]byte, seenToken]
}

// seenToken is a token that was verified. It counts while its issuer's keys
// are the same and its time has not run out.
type seenToken struct {
	caller     Caller
	generation uint64
}

// NewDoor makes a door. It fetches no keys; they come with the first token of
// each issuer, or with Refresh. A missing part of the configuration is an error,
// since a check that is not set up must not become a check that is not made.
func NewDoor(cfg DoorConfig) (*Door, error) {
	if len(cfg.Issuers.list) == 0 || cfg.PublicURL == "" || cfg.Client == nil || cfg.Replays == nil ||
		cfg.Now == nil || cfg.Logger == nil {
		return nil, errors.New("door: issuers, public URL, client, replays, clock and logger are all needed")
	}
	seen, err := otter.New(&otter.Options[[sha256.Size]byte, seenToken]{MaximumSize: cachedTokens})
	if err != nil {
		return nil, fmt.Errorf("door: %w", err)
	}
	d := &Door{cfg: cfg, sources: map[string]*keyset.Source{}, seen: seen}
	for _, i := range cfg.Issuers.list {
		fetch := keyset.FromURL(cfg.Client, i.KeysURL)
		if i.KeysFile != "" {
			fetch = keyset.FromFile(i.KeysFile)
		}
		d.sources[i.ID] = keyset.New(keyset.Config{Fetch: fetch, Now: cfg.Now, Logger: cfg.Logger, Issuer: i.ID})
	}
	return d, nil
}

// Refresh reads the key sets that are older than half an hour. A job calls it
// every few minutes, so that no request has to wait for keys. The error tells
// which issuers could not be read; their last good keys serve on.
func (d *Door) Refresh(ctx context.Context) error {
	var failed []error
	for _, s := range d.sources {
		failed = append(failed, s.Refresh(ctx))
	}
	return errors.Join(failed...)
}

// Caller returns who sent the request, by its one Authorization header with
// the scheme Bearer (RFC 6750 section 2.1). The error is Unauthenticated,
// CodeInvalidToken, whatever is wrong with the token; the cause in it is for
// logs and quotes nothing of the token. It is Unavailable when the issuer's
// keys cannot be had at all, or replays cannot be told.
func (d *Door) Caller(ctx context.Context, r *http.Request) (Caller, error) {
	raw, err := bearer(r)
	if err != nil {
		return Caller{}, invalidToken(err)
	}
	hash := sha256.Sum256([]byte(raw))
	if c, ok, err := d.remembered(ctx, hash); ok || err != nil {
		return c, err
	}
	t, err := token.Parse(raw)
	if err != nil {
		return Caller{}, invalidToken(err)
	}
	issuer, err := d.issuerOf(t)
	if err != nil {
		return Caller{}, invalidToken(err)
	}
	if err := forBearers(t.Claims); err != nil {
		return Caller{}, invalidToken(err)
	}
	if t.IsType(issuerCallType) {
		return d.issuerCall(ctx, issuer, t, raw)
	}
	c, err := d.accessToken(issuer, t)
	if err != nil {
		return Caller{}, invalidToken(err)
	}
	generation, err := d.verify(ctx, issuer, t, raw)
	if err != nil {
		return Caller{}, err
	}
	d.seen.Set(hash, seenToken{caller: c, generation: generation})
	return c, nil
}

// remembered returns the caller of a token that was verified before.
func (d *Door) remembered(ctx context.Context, hash [sha256.Size]byte) (Caller, bool, error) {
	was, ok := d.seen.GetIfPresent(hash)
	if !ok {
		return Caller{}, false, nil
	}
	if !d.cfg.Now().Before(was.caller.ExpiresAt) {
		d.seen.Invalidate(hash)
		return Caller{}, false, nil
	}
	generation, err := d.sources[was.caller.Issuer].Generation(ctx)
	if err != nil {
		return Caller{}, false, unavailable(err)
	}
	if generation != was.generation {
		d.seen.Invalidate(hash)
		return Caller{}, false, nil
	}
	return was.caller, true, nil
}

// issuerOf finds the issuer by the exact iss, and holds its algorithms against
// the token's.
func (d *Door) issuerOf(t token.Token) (Issuer, error) {
	iss, err := t.Claims.Text("iss")
	if err != nil {
		return Issuer{}, err
	}
	issuer, ok := d.cfg.Issuers.Get(iss)
	if !ok {
		return Issuer{}, errors.New("issuer is not trusted")
	}
	for _, alg := range issuer.Algorithms {
		if alg == t.Algorithm {
			return issuer, nil
		}
	}
	return Issuer{}, errors.New("algorithm is not the issuer's")
}

// forBearers refuses what only other kinds of token carry: logout tokens and
// security events, ID tokens, and tokens that are bound to a key which a bearer
// cannot show.
func forBearers(claims token.Claims) error {
	for _, name := range []string{"events", "nonce", "at_hash", "c_hash", "cnf"} {
		if claims.Has(name) {
			return fmt.Errorf("%s is not a bearer token's", name)
		}
	}
	return nil
}

// accessToken reads the caller from an access token whose signature is not
// verified yet; doing so first spares the verification, and a question to the
// issuer, for tokens that would not hold anyway.
func (d *Door) accessToken(issuer Issuer, t token.Token) (Caller, error) {
	if !t.IsType("", "JWT", "at+jwt") {
		return Caller{}, errors.New("typ is not an access token's")
	}
	exp, err := t.Claims.Within(token.Lifetime{Now: d.cfg.Now(), Leeway: clockLeeway, Longest: longestAccess})
	if err != nil {
		return Caller{}, err
	}
	audiences, err := t.Claims.Texts("aud")
	if err != nil {
		return Caller{}, err
	}
	if !issuer.anyAudience() && !allIn(audiences, issuer.Audiences) {
		return Caller{}, errors.New("audience is another")
	}
	c, err := readCaller(issuer, t.Claims, d.cfg.Numbers)
	if err == nil && c.Actor.AuthTime.After(d.cfg.Now().Add(clockLeeway)) {
		return Caller{}, errors.New("auth_time is in the future")
	}
	c.ExpiresAt = exp
	return c, err
}

// allIn reports whether there is an audience and each one is ours: a token that
// others accept as well could come to us from one of them.
func allIn(audiences, ours []string) bool {
	for _, a := range audiences {
		found := false
		for _, o := range ours {
			found = found || a == o
		}
		if !found {
			return false
		}
	}
	return len(audiences) > 0
}

// issuerCall lets in the issuer itself (issuer-contracts.md section 4.2). Such
// a call holds once and is not remembered.
func (d *Door) issuerCall(ctx context.Context, issuer Issuer, t token.Token, raw string) (Caller, error) {
	exp, err := t.Claims.Within(token.Lifetime{
		Now: d.cfg.Now(), Leeway: clockLeeway, Longest: longestCall, IssuedAt: true,
	})
	if err != nil {
		return Caller{}, invalidToken(err)
	}
	audiences, err := t.Claims.Texts("aud")
	if err != nil || len(audiences) != 1 || audiences[0] != d.cfg.PublicURL {
		return Caller{}, invalidToken(errors.New("audience is not this registry alone"))
	}
	jti, err := t.Claims.Text("jti")
	if err != nil || jti == "" || !identifier(jti, maxJTI) {
		return Caller{}, invalidToken(errors.New("jti is absent, empty, too long or not visible ASCII"))
	}
	if _, err := d.verify(ctx, issuer, t, raw); err != nil {
		return Caller{}, err
	}
	if !issuer.Enriches {
		return Caller{}, notAllowed("issuer does not enrich")
	}
	first, err := d.cfg.Replays.Once(ctx, issuer.ID, jti, exp)
	if err != nil {
		return Caller{}, unavailable(fmt.Errorf("note jti: %w", err))
	}
	if !first {
		return Caller{}, invalidToken(errors.New("jti was used before"))
	}
	return Caller{
		Issuer: issuer.ID, Profile: issuer.Profile, IssuerCall: true, Enriches: true, ExpiresAt: exp,
		Actor: models.Actor{Kind: models.Issuer, ID: issuer.ID},
	}, nil
}

// verify checks the signature with the issuer's key that the header names.
func (d *Door) verify(ctx context.Context, issuer Issuer, t token.Token, raw string) (uint64, error) {
	key, generation, err := d.sources[issuer.ID].Key(ctx, t.KeyID, t.Algorithm)
	switch {
	case errors.Is(err, keyset.ErrUnknownKey):
		return 0, invalidToken(err)
	case err != nil:
		return 0, unavailable(err)
	}
	if err := key.Verify(raw, t.Algorithm); err != nil {
		return 0, invalidToken(err)
	}
	return generation, nil
}

// bearer returns the token of the request's one Authorization header. A token
// in the query is refused even beside a good header (RFC 6750 section 2: one
// method only), as it will stand in somebody's log.
func bearer(r *http.Request) (string, error) {
	if tokenInQuery(r.URL.RawQuery) {
		return "", errors.New("token in the query")
	}
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return "", fmt.Errorf("%d Authorization headers", len(headers))
	}
	scheme, raw, ok := strings.Cut(headers[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || raw == "" {
		return "", errors.New("authorization is not a bearer token")
	}
	if len(raw) > longestBearer {
		return "", errors.New("token is too long")
	}
	return raw, nil
}

// tokenInQuery reports whether the query names an access token, however the name
// is written. What cannot be read is searched as it stands.
func tokenInQuery(raw string) bool {
	const name = "access_token"
	if raw == "" {
		return false
	}
	values, err := url.ParseQuery(raw)
	if err != nil && strings.Contains(strings.ToLower(raw), name) {
		return true
	}
	for n := range values {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
