package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

const (
	callbackPath = "/login/callback"
	pendingKey   = "pending"
	maxPending   = 5 // logins under way in one browser, as in several tabs
	maxTarget    = 2000
	maxParameter = 4 << 10
)

// People finds the person behind an identity; the registry does.
type People interface {
	// SignIn begins a login of the person whom the provider vouches for, making
	// one when he comes for the first time. A models.Error refuses it.
	SignIn(ctx context.Context, who party.Arrival) (party.Login, error)
}

// LoginConfig is what a Login needs. All of it is wanted but Providers.
type LoginConfig struct {
	Providers Providers
	PublicURL string // without a slash at the end; the redirect URI is below it
	Client    *http.Client
	People    People
	Sessions  *Sessions
	Now       func() time.Time
	Logger    *slog.Logger
}

// Login signs persons in at OpenID providers by the authorization code flow
// with PKCE, state and nonce (OpenID Connect Core section 3.1, RFC 7636, RFC
// 9700 section 2.1). It is safe for concurrent use.
type Login struct {
	cfg  LoginConfig
	list []*relying
}

// NewLogin makes a login. It asks no provider for anything yet.
func NewLogin(cfg LoginConfig) (*Login, error) {
	if cfg.PublicURL == "" || cfg.Client == nil || cfg.People == nil || cfg.Sessions == nil || cfg.Now == nil || cfg.Logger == nil {
		return nil, errors.New("login: public URL, client, people, sessions, clock and logger are all needed")
	}
	cfg.Client = bounded(cfg.Client)
	l := &Login{cfg: cfg}
	back := strings.TrimSuffix(cfg.PublicURL, "/") + callbackPath
	for _, p := range cfg.Providers {
		l.list = append(l.list, newRelying(p, cfg, back))
	}
	return l, nil
}

// Choice is a provider as the login page offers it.
type Choice struct {
	ID   string
	Name models.Text
}

// Choices returns the providers in the order of the configuration; none when
// login is not set up.
func (l *Login) Choices() []Choice {
	choices := make([]Choice, len(l.list))
	for i, r := range l.list {
		choices[i] = Choice{ID: r.ID, Name: r.Name}
	}
	return choices
}

// pending is a login under way, kept in the browser's own pre-login session.
type pending struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Provider string    `json:"provider"`
	Target   string    `json:"target"`
	Started  time.Time `json:"started"`
}

// Start begins a login and returns the provider's address to send the browser
// to. After login it comes to target if that is an OwnPath. The error is Unavailable with CodeLoginNotSetUp when there are no
// providers, NotFound for an unknown one, Unavailable when it cannot be read.
func (l *Login) Start(ctx context.Context, provider, target string, lang models.Language) (string, error) {
	r, err := l.provider(provider)
	if err != nil {
		return "", err
	}
	m, err := r.discover(ctx)
	if err != nil {
		return "", err
	}
	// Each is 256 random bits in base64url, as GenerateVerifier makes them.
	p := pending{
		State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
		Provider: r.ID, Target: OwnPath(target), Started: l.cfg.Now(),
	}
	// A new token also starts the ten minutes of the pre-login session anew.
	if err := l.cfg.Sessions.before.RenewToken(ctx); err != nil {
		return "", fmt.Errorf("begin login: %w", err)
	}
	if err := l.keepPending(ctx, append(l.pendings(ctx), p)); err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(p.Nonce), oauth2.S256ChallengeOption(p.Verifier)}
	if len(r.ACRValues) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(r.ACRValues, " ")))
	}
	if r.UILocales && lang != "" {
		options = append(options, oauth2.SetAuthURLParam("ui_locales", string(lang)))
	}
	if r.PromptFull {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return m.config.AuthCodeURL(p.State, options...), nil
}

// Callback ends a login with the provider's answer in the query and returns
// the path to send the browser to, empty when no usable one was asked for. The
// person is then signed in under a new session. The error is Unauthenticated with CodeLoginFailed, and nobody is
// signed in by it, when anything about the answer does not hold; Unavailable
// when the provider cannot be reached; or the error of People.
func (l *Login) Callback(ctx context.Context, query url.Values) (target string, err error) {
	answer, err := readAnswer(query)
	if err != nil {
		return "", loginFailed(err)
	}
	p, err := l.takePending(ctx, answer.state)
	if err != nil {
		return "", err
	}
	r, err := l.provider(p.Provider)
	if err != nil {
		return "", err
	}
	m, err := r.discover(ctx)
	if err != nil {
		return "", err
	}
	if answer.issuer != r.Issuer && (answer.issuer != "" || m.announces) {
		return "", loginFailed(errors.New("answer: iss is absent or another"))
	}
	if answer.fault != "" {
		return "", loginFailed(fmt.Errorf("provider answered %q", answer.fault))
	}
	who, err := l.exchange(ctx, r, m, answer.code, p)
	if err != nil {
		return "", err
	}
	login, err := l.cfg.People.SignIn(ctx, who)
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	err = l.cfg.Sessions.SignIn(ctx, Session{
		Login: login.ID, Person: login.Person, Issuer: who.Issuer, Subject: who.Subject, Provider: r.ID, Level: who.Level, AuthTime: who.AuthTime,
	})
	if err != nil {
		return "", err
	}
	return p.Target, nil
}

// exchange trades the code for an ID token and reads it.
func (l *Login) exchange(ctx context.Context, r *relying, m *metadata, code string, p pending) (party.Arrival, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, l.cfg.Client), 2*callLimit)
	defer cancel()
	response, err := m.config.Exchange(ctx, code, oauth2.VerifierOption(p.Verifier))
	if err != nil {
		// The library's error quotes the answer's body, which may hold tokens.
		if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response.StatusCode < 500 {
			return party.Arrival{}, loginFailed(fmt.Errorf("token endpoint answered %d %.60q", refusal.Response.StatusCode, refusal.ErrorCode))
		}
		if _, ok := errors.AsType[*url.Error](err); ok {
			return party.Arrival{}, unavailable(errors.New("token endpoint cannot be reached"))
		}
		return party.Arrival{}, loginFailed(errors.New("token endpoint gave no usable answer"))
	}
	if _, err := m.keys.Generation(ctx); err != nil {
		return party.Arrival{}, unavailable(fmt.Errorf("provider %s: %w", r.ID, err))
	}
	who, err := r.identify(ctx, m, response, p.Nonce)
	if err != nil {
		return party.Arrival{}, loginFailed(err)
	}
	return who, nil
}

// LogoutURL returns the address at the provider that ends the session there
// too (OpenID Connect RP-Initiated Logout 1.0 section 2), for a link on the
// page after log-out; ok is false when there is none. It carries no ID token,
// which would put the person into addresses and logs.
func (l *Login) LogoutURL(ctx context.Context, provider string) (address string, ok bool) {
	r, err := l.provider(provider)
	if err != nil {
		return "", false
	}
	m, err := r.discover(ctx)
	if err != nil || m.endSession == "" {
		return "", false
	}
	u, err := url.Parse(m.endSession)
	if err != nil {
		return "", false
	}
	q := u.Query()
	q.Set("client_id", r.ClientID)
	q.Set("post_logout_redirect_uri", strings.TrimSuffix(l.cfg.PublicURL, "/")+"/")
	u.RawQuery = q.Encode()
	return u.String(), true
}

func (l *Login) provider(id string) (*relying, error) {
	if len(l.list) == 0 {
		return nil, models.NewError(models.Unavailable, models.CodeLoginNotSetUp)
	}
	for _, r := range l.list {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, models.NewError(models.NotFound, models.CodeNotFound)
}

// answer is an authorization response (RFC 6749 section 4.1.2).
type answer struct{ state, code, issuer, fault string }

// readAnswer reads the response's parameters, each of which may stand once.
func readAnswer(query url.Values) (answer, error) {
	one := map[string]string{}
	for _, name := range []string{"state", "code", "iss", "error"} {
		switch values := query[name]; {
		case len(values) > 1:
			return answer{}, fmt.Errorf("answer: %s stands twice", name)
		case len(values) == 1 && len(values[0]) > maxParameter:
			return answer{}, fmt.Errorf("answer: %s is too long", name)
		case len(values) == 1:
			one[name] = values[0]
		}
	}
	a := answer{state: one["state"], code: one["code"], issuer: one["iss"], fault: one["error"]}
	if a.state == "" || (a.code == "") == (a.fault == "") {
		return answer{}, errors.New("answer: no state, or not one of code and error")
	}
	if len(a.fault) > 60 {
		a.fault = a.fault[:60]
	}
	return a, nil
}

// pendings returns the logins under way that have not run out.
func (l *Login) pendings(ctx context.Context) []pending {
	var all, live []pending
	if json.Unmarshal(l.cfg.Sessions.before.GetBytes(ctx, pendingKey), &all) != nil {
		return nil
	}
	for _, p := range all {
		if l.cfg.Now().Sub(p.Started) < beforeLimit {
			live = append(live, p)
		}
	}
	return live
}

// keepPending writes the logins under way, the latest few of them.
func (l *Login) keepPending(ctx context.Context, list []pending) error {
	before := l.cfg.Sessions.before
	if len(list) == 0 {
		if err := before.Destroy(ctx); err != nil {
			return fmt.Errorf("end pre-login session: %w", err)
		}
		return nil
	}
	if len(list) > maxPending {
		list = list[len(list)-maxPending:]
	}
	data, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write pre-login session: %w", err)
	}
	before.Put(ctx, pendingKey, data)
	if _, _, err := before.Commit(ctx); err != nil {
		return fmt.Errorf("write pre-login session: %w", err)
	}
	return nil
}

// takePending returns the login with the state and forgets it at once, so that
// an answer is taken once whatever comes of it.
func (l *Login) takePending(ctx context.Context, state string) (pending, error) {
	list := l.pendings(ctx)
	for i, p := range list {
		if subtle.ConstantTimeCompare([]byte(p.State), []byte(state)) == 1 {
			rest := append(append([]pending(nil), list[:i]...), list[i+1:]...)
			return p, l.keepPending(ctx, rest)
		}
	}
	return pending{}, loginFailed(errors.New("answer: state is not of a login under way in this browser"))
}

func loginFailed(err error) error {
	return &models.Error{Kind: models.Unauthenticated, Code: models.CodeLoginFailed, Err: err}
}

// OwnPath returns target when it is a path of ours with perhaps a query, and
// nothing for everything else: it is what may follow a login, or stand in any
// other parameter that says where to go next. Every browser must read it as a
// path of this origin: one slash at the start, no backslash, no control,
// nothing escaped that would become one of these, no dot segments. The pages
// of login and log-out are no place to come back to.
func OwnPath(target string) string {
	u, err := url.Parse(target)
	if err != nil || len(target) > maxTarget || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.Contains(target, "#") {
		return ""
	}
	if strings.ContainsFunc(target, func(r rune) bool { return r <= 0x20 || r == '\\' || r >= 0x7f }) {
		return ""
	}
	before, _, _ := strings.Cut(target, "?")
	if clean := path.Clean(before); before != clean && before != clean+"/" || strings.Contains(before, "%") {
		return ""
	}
	if before == "/login" || strings.HasPrefix(before, "/login/") || before == "/logout" || before == "/logged-out" {
		return ""
	}
	return target
}
