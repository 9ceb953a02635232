package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

const (
	callbackPath = "/login/callback"
	maxParameter = 4 << 10
)

// People knows the persons behind identities, and their logins; the registry
// does. A models.Error refuses.
type People interface {
	// SignIn begins a login of the person whom the provider vouches for, making
	// one when he comes for the first time. Conflict with CodeIdentityKnown: he
	// is new, without national id, and another identity has his verified e-mail
	// address; who.New says that he is somebody else all the same.
	SignIn(ctx context.Context, who party.Arrival) (party.Login, error)
	// HasAddress reports whether the actor signs in by an identity with the
	// verified address.
	HasAddress(ctx context.Context, a models.Actor, email string) (bool, error)
	// Link ties one more identity to the actor. Conflict with CodeIdentityTaken
	// when it is another person's.
	Link(ctx context.Context, a models.Actor, who party.Arrival) error
	// ProveAgain notes in the actor's login that he has proved anew who he is.
	// Forbidden with CodeOtherPerson when it was somebody else who did.
	ProveAgain(ctx context.Context, a models.Actor, login models.ID, who party.Arrival) (party.Login, error)
	// EndLogin ends a login of the actor's. NotFound when it is not his.
	EndLogin(ctx context.Context, a models.Actor, login models.ID) error
	// EndLoginsAt ends the logins at the issuer that have the subject and the
	// sid, as far as each is given, and returns how many there were.
	EndLoginsAt(ctx context.Context, issuer, subject, sid string) (int, error)
}

// LoginConfig is what a Login needs. All of it is wanted but Providers and
// Numbers.
type LoginConfig struct {
	Providers Providers
	PublicURL string // without a slash at the end; the redirect URI is below it
	Client    *http.Client
	People    People
	Replays   Replays
	Sessions  *Sessions
	Now       func() time.Time
	Logger    *slog.Logger
	Numbers   party.Numbers
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
	if cfg.PublicURL == "" || cfg.Client == nil || cfg.People == nil || cfg.Replays == nil || cfg.Sessions == nil || cfg.Now == nil || cfg.Logger == nil {
		return nil, errors.New("login: public URL, client, people, replays, sessions, clock and logger are all needed")
	}
	cfg.Client = bounded(cfg.Client)
	l := &Login{cfg: cfg}
	back := strings.TrimSuffix(cfg.PublicURL, "/") + callbackPath
	for _, p := range cfg.Providers {
		l.list = append(l.list, newRelying(p, cfg, back))
	}
	return l, nil
}

// Choice is a provider as the pages offer it.
type Choice struct {
	ID         string
	Name       models.Text
	Message    models.Text // a line about it; may be empty
	Issuer     string
	AccountURL string // where a person looks after his account there; may be empty
	// TellsNumber: it tells the national ids of persons.
	TellsNumber bool
}

func (r *relying) choice() Choice {
	return Choice{ID: r.ID, Name: r.Name, Message: r.Message, Issuer: r.Issuer, AccountURL: r.AccountURL, TellsNumber: r.Claims.PID != ""}
}

// Choices returns the providers in the order of the login page; none when login
// is not set up.
func (l *Login) Choices() []Choice {
	choices := make([]Choice, len(l.list))
	for i, r := range l.list {
		choices[i] = r.choice()
	}
	return choices
}

// Start begins a login and returns the provider's address to send the browser
// to. After login it comes to target if that is an OwnPath. The error is
// Unavailable with CodeLoginNotSetUp when there are no providers, NotFound for
// an unknown one, Unavailable when it cannot be read.
func (l *Login) Start(ctx context.Context, provider, target string, lang models.Language) (string, error) {
	r, err := l.provider(provider)
	if err != nil {
		return "", err
	}
	return l.begin(ctx, r, pending{Target: OwnPath(target)}, lang)
}

// begin keeps a login in the browser's pre-login session and returns the
// address of its authorization request.
func (l *Login) begin(ctx context.Context, r *relying, p pending, lang models.Language) (string, error) {
	m, err := r.discover(ctx)
	if err != nil {
		return "", err
	}
	// Each is 256 random bits in base64url, as GenerateVerifier makes them.
	p.State, p.Nonce, p.Verifier = oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	p.Provider, p.Started = r.ID, l.cfg.Now()
	if err := l.renew(ctx); err != nil {
		return "", err
	}
	s := l.state(ctx)
	s.Pending = append(s.Pending, p)
	if err := l.keep(ctx, s); err != nil {
		return "", err
	}
	return m.config.AuthCodeURL(p.State, r.options(p, lang)...), nil
}

// End is where a login ended.
type End struct {
	Target string // the path to send the browser to; empty when no usable one was asked for
	Began  bool   // a session began; whom it acts for is to be settled
}

// Callback ends a login with the provider's answer in the query; agent is the
// browser in a few words. What it was begun for is then done: the person is
// signed in under a new session, has proved anew who he is, or has one more
// identity. The error is Unauthenticated with CodeLoginFailed when anything
// about the answer does not hold; Forbidden with CodeLevelTooLow or
// CodeLoginTooOld when it is not what was wanted; Unavailable when the provider
// cannot be reached; or the error of People. A session that was there before
// stays as it was then, and none begins; Target is where he was on his way to.
func (l *Login) Callback(ctx context.Context, query url.Values, agent string) (End, error) {
	answer, err := readAnswer(query)
	if err != nil {
		return End{}, loginFailed(err)
	}
	p, err := l.takePending(ctx, answer.state)
	if err != nil {
		return End{}, err
	}
	end, err := l.finish(ctx, p, answer, agent)
	if err != nil {
		return End{Target: p.Target}, err
	}
	return end, nil
}

// finish ends the login that was begun as p.
func (l *Login) finish(ctx context.Context, p pending, answer answer, agent string) (End, error) {
	r, err := l.provider(p.Provider)
	if err != nil {
		return End{}, err
	}
	m, err := r.discover(ctx)
	if err != nil {
		return End{}, err
	}
	if answer.issuer != r.Issuer && (answer.issuer != "" || m.announces) {
		return End{}, loginFailed(errors.New("answer: iss is absent or another"))
	}
	if answer.fault != "" {
		return End{}, loginFailed(fmt.Errorf("provider answered %q", answer.fault))
	}
	who, err := l.exchange(ctx, r, m, answer.code, p)
	if err != nil {
		return End{}, err
	}
	if err := r.holds(p, who); err != nil {
		return End{}, err
	}
	who.Agent = agent
	end, err := l.fulfil(ctx, p, who)
	if models.CodeOf(err) == models.CodeLoginFailed { // by a cause of the registry's, which tells of nobody
		l.refused(ctx, r, err)
	}
	return end, err
}

// fulfil does what the login was begun for.
func (l *Login) fulfil(ctx context.Context, p pending, who proof) (End, error) {
	switch p.Purpose {
	case again:
		if p.Target == "" && l.state(ctx).Waiting != nil { // he was asked to, before connecting the two
			p.Target = connectPath
		}
		return End{Target: p.Target}, l.proveAgain(ctx, p, who)
	case link:
		return End{Target: p.Target}, l.tie(ctx, p, who)
	case signIn:
	}
	return l.arrive(ctx, p, who.Arrival)
}

// refused tells the operator why a login failed that the provider had let pass.
// The cause must tell of nobody, so it is in our own words.
func (l *Login) refused(ctx context.Context, r *relying, cause error) {
	l.cfg.Logger.WarnContext(ctx, "login refused", "provider", r.ID, "error", cause.Error())
}

// arrive signs somebody in. Whoever may be a person that we know is asked
// first; and when he then signs in as that person in the same browser, he is
// asked whether to connect the two. Somebody else who does is asked nothing.
func (l *Login) arrive(ctx context.Context, p pending, who party.Arrival) (End, error) {
	err := l.enter(ctx, who)
	if models.CodeOf(err) == models.CodeIdentityKnown && who.PID.IsZero() {
		return End{Target: knownPath}, l.wait(ctx, p, who)
	}
	if err != nil {
		return End{}, err
	}
	if w := l.state(ctx).Waiting; w == nil || w.Issuer == who.Issuer && w.Subject == who.Subject {
		return End{Target: p.Target, Began: true}, nil
	}
	same, err := l.WaitingForSelf(ctx)
	if err != nil {
		return End{}, err
	}
	if same {
		return End{Target: connectPath}, nil
	}
	return End{Target: p.Target, Began: true}, l.forget(ctx)
}

// enter begins a login and a session. The login of a session that this browser
// had until now is ended.
func (l *Login) enter(ctx context.Context, who party.Arrival) error {
	login, err := l.cfg.People.SignIn(ctx, who)
	if err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := l.endLogin(ctx); err != nil {
		return err
	}
	return l.cfg.Sessions.SignIn(ctx, Session{
		Login: login.ID, Person: login.Person, Issuer: who.Issuer, Subject: who.Subject, Provider: who.Provider, Level: who.Level, AuthTime: who.AuthTime,
	})
}

// SignOut ends the session of this browser, and its login, and forgets who
// waits in it and what is under way.
func (l *Login) SignOut(ctx context.Context) error {
	return errors.Join(l.endLogin(ctx), l.cfg.Sessions.SignOut(ctx), l.keep(ctx, browserState{}))
}

// endLogin ends the login of this browser's session, if there is one.
func (l *Login) endLogin(ctx context.Context) error {
	current, ok := l.cfg.Sessions.Current(ctx)
	if !ok {
		return nil
	}
	err := l.cfg.People.EndLogin(ctx, current.Actor(), current.Login)
	if err != nil && models.CodeOf(err) != models.CodeNotFound {
		return fmt.Errorf("end login: %w", err)
	}
	return nil
}

// exchange trades the code for an ID token and reads it.
func (l *Login) exchange(ctx context.Context, r *relying, m *metadata, code string, p pending) (proof, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, l.cfg.Client), 2*callLimit)
	defer cancel()
	response, err := m.config.Exchange(ctx, code, oauth2.VerifierOption(p.Verifier))
	if err != nil {
		// The library's error quotes the answer's body, which may hold tokens.
		if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response.StatusCode < 500 {
			cause := fmt.Errorf("token endpoint answered %d %.60q", refusal.Response.StatusCode, refusal.ErrorCode)
			if refusal.ErrorCode == "invalid_client" { // as with a wrong client secret
				l.refused(ctx, r, cause)
			}
			return proof{}, loginFailed(cause)
		}
		if _, ok := errors.AsType[*url.Error](err); ok {
			return proof{}, unavailable(errors.New("token endpoint cannot be reached"))
		}
		return proof{}, loginFailed(errors.New("token endpoint gave no usable answer"))
	}
	if _, err := m.keys.Generation(ctx); err != nil {
		return proof{}, unavailable(fmt.Errorf("provider %s: %w", r.ID, err))
	}
	who, err := r.identify(ctx, m, response, p.Nonce)
	if err != nil {
		l.refused(ctx, r, err)
		return proof{}, loginFailed(err)
	}
	return who, nil
}

// LogoutURL returns the address at the provider that ends the session there
// too, for a link on the page after log-out: the configured one as it stands, or
// that of OpenID Connect RP-Initiated Logout 1.0 section 2. ok is false when
// there is none. It carries no ID token, which would put the person into
// addresses and logs, and no state, since nothing waits for the way back.
func (l *Login) LogoutURL(ctx context.Context, provider string) (address string, ok bool) {
	r, err := l.provider(provider)
	if err != nil {
		return "", false
	}
	if r.LogoutURL != "" {
		return r.LogoutURL, true
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

func loginFailed(err error) error {
	return &models.Error{Kind: models.Unauthenticated, Code: models.CodeLoginFailed, Err: err}
}
