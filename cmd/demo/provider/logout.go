package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// logoutEvent is what a logout token is about.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

const backChannelLimit = 10 * time.Second

// account handles GET /account: who is signed in here.
func (p *Provider) account(w http.ResponseWriter, r *http.Request) {
	s, ok := p.session(r)
	who, known := p.storage.person(s.subject)
	if !ok || !known {
		p.render(w, http.StatusOK, page{Notice: &notice{
			"Du er ikke logget inn her", "You are not signed in here",
			"Logg inn fra tjenesten som du skal bruke.", "Sign in from the service that you want to use.",
		}})
		return
	}
	p.render(w, http.StatusOK, page{Known: &who, Account: true})
}

// logOut handles POST /log-out: all that the person has here ends, and the
// registry is told over the back channel.
func (p *Provider) logOut(w http.ResponseWriter, r *http.Request) {
	s, ok := p.session(r)
	if !ok || !ownForm(r) {
		p.expired(w)
		return
	}
	p.storage.forget(func(_ string, one session) bool { return one.subject == s.subject })
	_ = p.storage.TerminateSession(r.Context(), s.subject, "") // it cannot fail
	p.setCookie(w, "", -1)
	if err := p.tell(r.Context(), s.subject); err != nil {
		p.cfg.Logger.ErrorContext(r.Context(), "the registry was not told of a log-out", "error", err)
		p.render(w, http.StatusBadGateway, page{Notice: &notice{
			"Du er logget ut her", "You are signed out here",
			"Tjenesten svarte ikke, så logg ut der også.", "The service did not answer, so log out there too.",
		}})
		return
	}
	p.render(w, http.StatusOK, page{Notice: &notice{
		"Du er logget ut overalt", "You are signed out everywhere",
		"Tjenesten fikk beskjed og har avsluttet innloggingene dine herfra.", "The service was told and has ended your logins from here.",
	}})
}

// tell sends the registry a logout token (OpenID Connect Back-Channel Logout
// 1.0 section 2.5).
func (p *Provider) tell(ctx context.Context, subject string) error {
	token, err := p.logoutToken(subject)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, backChannelLimit)
	defer cancel()
	form := url.Values{"logout_token": {token}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.BackChannel, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("it cannot be reached") // the error would quote the token
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("it answers %d", resp.StatusCode)
	}
	return nil
}

// logoutToken says that every session of the subject has ended (section 2.4).
func (p *Provider) logoutToken(subject string) (string, error) {
	now := p.cfg.Now()
	payload, err := json.Marshal(map[string]any{
		"iss": p.cfg.Issuer, "aud": p.cfg.ClientID, "sub": subject, "jti": uuid.NewString(),
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "events": map[string]any{logoutEvent: struct{}{}},
	})
	if err != nil {
		return "", err
	}
	key := p.storage.key
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key.private, KeyID: key.id}},
		(&jose.SignerOptions{}).WithType("logout+jwt"))
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}
