package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/stafett/stafett/handlers/auth/token"
)

const (
	// logoutEvent is the member of events that makes a token a logout token.
	logoutEvent  = "http://schemas.openid.net/event/backchannel-logout"
	logoutType   = "logout+jwt"
	longestEnd   = time.Hour
	oldestLogout = 10 * time.Minute
	endLimit     = 10 * time.Second // for carrying it out
)

// EndByProvider ends the logins of which the provider says, by a logout token,
// that they have ended there (OpenID Connect Back-Channel Logout 1.0 sections
// 2.5 to 2.7). How many there were is told to nobody. The error is
// Unauthenticated with CodeInvalidToken when the token does not hold, NotFound
// for an unknown provider, Unavailable when it cannot be checked or carried out;
// nothing has ended then.
func (l *Login) EndByProvider(ctx context.Context, provider, raw string) error {
	r, err := l.provider(provider)
	if err != nil {
		return err
	}
	m, err := r.discover(ctx)
	if err != nil {
		return err
	}
	if _, err := m.keys.Generation(ctx); err != nil {
		return unavailable(fmt.Errorf("provider %s: %w", r.ID, err))
	}
	if len(raw) > token.MaxLength {
		return invalidToken(errors.New("logout token: too long"))
	}
	if _, err := m.verifier.Verify(ctx, raw); err != nil { // iss, alg, signature, exp
		return invalidToken(fmt.Errorf("logout token: %w", err))
	}
	ended, err := r.readLogout(raw)
	if err != nil {
		return invalidToken(fmt.Errorf("logout token: %w", err))
	}
	// A token that has been noted as used does not count again, so what it says
	// is carried out though the provider may have hung up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	first, err := l.cfg.Replays.Once(ctx, r.Issuer, ended.jti, ended.until)
	if err != nil {
		return unavailable(fmt.Errorf("note jti: %w", err))
	}
	if !first {
		return invalidToken(errors.New("logout token: jti was used before"))
	}
	if _, err := l.cfg.People.EndLoginsAt(ctx, r.Issuer, ended.subject, ended.sid); err != nil {
		return fmt.Errorf("end logins: %w", err)
	}
	return nil
}

// logout is what a logout token says.
type logout struct {
	subject, sid, jti string
	until             time.Time
}

// readLogout reads a logout token that has been verified, and checks what is
// its own (sections 2.4 and 2.6).
func (r *relying) readLogout(raw string) (logout, error) {
	t, err := token.Parse(raw)
	if err != nil {
		return logout{}, err
	}
	if !t.IsType("", "JWT", logoutType) {
		return logout{}, errors.New("typ is another")
	}
	exp, err := t.Claims.Within(token.Lifetime{Now: r.now(), Leeway: loginLeeway, Longest: longestEnd, IssuedAt: true})
	if err != nil {
		return logout{}, err
	}
	if iat, _ := t.Claims.Time("iat"); r.now().Sub(iat) > oldestLogout {
		return logout{}, errors.New("issued too long ago")
	}
	if audiences, err := t.Claims.Texts("aud"); err != nil || !slices.Contains(audiences, r.ClientID) || len(audiences) > 1 {
		return logout{}, errors.New("audience is not this client alone")
	}
	var events map[string]jsontext.Value
	if json.Unmarshal(t.Claims["events"], &events) != nil || events[logoutEvent].Kind() != '{' {
		return logout{}, errors.New("it is not about log-out")
	}
	if t.Claims.Has("nonce") {
		return logout{}, errors.New("it has a nonce, as ID tokens have")
	}
	out := logout{until: exp.Add(loginLeeway)}
	if out.jti, err = t.Claims.Text("jti"); err != nil || out.jti == "" || !identifier(out.jti, maxJTI) {
		return logout{}, errors.New("jti is absent, empty, too long or not visible ASCII")
	}
	if out.subject, err = t.Claims.Text("sub"); err != nil || !plain(out.subject) {
		return logout{}, errors.New("sub is not text, too long or not ASCII")
	}
	if out.sid, err = t.Claims.Text("sid"); err != nil || !plain(out.sid) {
		return logout{}, errors.New("sid is not text, too long or not ASCII")
	}
	if out.subject == "" && out.sid == "" {
		return logout{}, errors.New("neither sub nor sid")
	}
	return out, nil
}
