package auth

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-json-experiment/json"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
)

// A session lasts as long as its login, see party.Login; scs ends it by its own
// clock as well, and we by the injected one.
const (
	beforeLimit = 10 * time.Minute // for a login under way
	seenEvery   = time.Minute      // a session is written at most this often for being used
)

// sessionKey is the one value in a session.
const sessionKey = "session"

// Session is what we know of a signed-in person. It holds no national id, no
// name and no token.
type Session struct {
	Login        models.ID `json:"login"`
	Person       models.ID `json:"person"`
	Issuer       string    `json:"issuer"`   // with Subject, the identity he signed in by
	Subject      string    `json:"subject"`  // sub at Issuer
	Provider     string    `json:"provider"` // the provider's id in our configuration
	Level        int       `json:"level"`    // authentication level, 0 (unknown) to 4
	AuthTime     time.Time `json:"auth_time"`
	SignedIn     time.Time `json:"signed_in"`
	Seen         time.Time `json:"seen"`
	Organisation string    `json:"organisation,omitempty"` // nine digits; empty until one is chosen
	LinkAt       string    `json:"link_at,omitempty"`      // the provider at which he wants to add an identity, since …
	LinkSince    time.Time `json:"link_since,omitzero"`
}

// Actor returns the person as the actor of a use case.
func (s Session) Actor() models.Actor {
	return models.Actor{Kind: models.Person, ID: string(s.Person), OrgNo: s.Organisation, Level: s.Level, AuthTime: s.AuthTime}
}

// SessionStore keeps sessions by the hash of their token. It is what scs calls
// a store: Find returns nothing that has expired.
type SessionStore = scs.CtxStore

// SessionsConfig is what Sessions needs; all of it is wanted.
type SessionsConfig struct {
	Store     SessionStore
	PublicURL string // decides the names and the Secure flag of the cookies
	Now       func() time.Time
	// OnError answers a request whose session cannot be read or written.
	OnError func(http.ResponseWriter, *http.Request, error)
}

// Sessions keeps signed-in persons, and apart from them the state of logins
// that are under way, in a cookie and a session of their own: what a browser
// held before login never becomes a signed-in session. The browser gets a
// random token, the store its hash.
type Sessions struct {
	signedIn, before *scs.SessionManager
	now              func() time.Time
}

// NewSessions makes the sessions of a registry at the public URL. That is
// https, or http on a loopback host; cookies are Secure and bound to the host
// (__Host-) under https.
func NewSessions(cfg SessionsConfig) (*Sessions, error) {
	if cfg.Store == nil || cfg.Now == nil || cfg.OnError == nil {
		return nil, errors.New("sessions: store, clock and error page are all needed")
	}
	if err := checkIdentifier(cfg.PublicURL); err != nil {
		return nil, fmt.Errorf("sessions: public URL %w", err)
	}
	public, err := url.Parse(cfg.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	store := &survivors{SessionStore: cfg.Store, seed: maphash.MakeSeed()}
	manager := func(name string, lifetime time.Duration) *scs.SessionManager {
		m := scs.New()
		m.Store, m.HashTokenInStore, m.Lifetime, m.ErrorFunc = store, true, lifetime, cfg.OnError
		m.Cookie.Name, m.Cookie.Persist = name, false
		m.Cookie.HttpOnly, m.Cookie.Path, m.Cookie.SameSite = true, "/", http.SameSiteLaxMode
		if public.Scheme == "https" {
			m.Cookie.Name, m.Cookie.Secure = "__Host-"+name, true
		}
		return m
	}
	return &Sessions{
		signedIn: manager("stafett", party.LoginLife), before: manager("stafett_login", beforeLimit), now: cfg.Now,
	}, nil
}

// Middleware loads the session of each request, and on the paths on which
// somebody logs in or out the state of logins too, and saves them with the
// response. Everything below needs it in the context.
func (s *Sessions) Middleware(next http.Handler) http.Handler {
	pages := s.signedIn.LoadAndSave(next)
	login := s.signedIn.LoadAndSave(s.before.LoadAndSave(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), foundKey{}, &found{}))
		if root, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); root == "login" || root == "logout" || root == "account" {
			login.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// Current returns the session of the signed-in person; ok is false when nobody
// is signed in or the session has run out, by idleness or by age.
func (s *Sessions) Current(ctx context.Context) (current Session, ok bool) {
	data := s.signedIn.GetBytes(ctx, sessionKey)
	if len(data) == 0 || json.Unmarshal(data, &current) != nil {
		return Session{}, false
	}
	now := s.now()
	if now.Sub(current.Seen) >= party.LoginIdle || now.Sub(current.SignedIn) >= party.LoginLife {
		return Session{}, false
	}
	if now.Sub(current.Seen) >= seenEvery {
		current.Seen = now
		if err := s.put(ctx, current); err != nil {
			return Session{}, false
		}
	}
	return current, true
}

// SignIn begins a session under a new token. Whatever session the browser had
// is deleted first, so that a token known before login is worth nothing after.
func (s *Sessions) SignIn(ctx context.Context, who Session) error {
	if err := s.signedIn.Clear(ctx); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	if err := s.signedIn.RenewToken(ctx); err != nil {
		return fmt.Errorf("sign in: %w", err)
	}
	who.SignedIn = s.now()
	who.Seen = who.SignedIn
	return s.put(ctx, who)
}

// ChooseOrganisation notes for whom the person acts from now on, under a new
// token. Whether he may is the caller's to check. The error is Unauthenticated
// when nobody is signed in.
func (s *Sessions) ChooseOrganisation(ctx context.Context, orgNo string) error {
	return s.change(ctx, func(current *Session) { current.Organisation = orgNo })
}

// change changes the session of the signed-in person and gives it a new token.
// The error is Unauthenticated when nobody is signed in.
func (s *Sessions) change(ctx context.Context, f func(*Session)) error {
	current, ok := s.Current(ctx)
	if !ok {
		return models.NewError(models.Unauthenticated, models.CodeUnauthenticated)
	}
	if err := s.signedIn.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	f(&current)
	return s.put(ctx, current)
}

// SignOut ends the session at once, in the store and in the browser.
func (s *Sessions) SignOut(ctx context.Context) error {
	if err := s.signedIn.Destroy(ctx); err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

func (s *Sessions) put(ctx context.Context, session Session) error {
	data, err := json.Marshal(session)
	if err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	s.signedIn.Put(ctx, sessionKey, data)
	return nil
}

// survivors is a store in which a session that was ended stays ended: a
// request that loaded it before and saves it afterwards would otherwise bring
// it back to life. Within one process that is certain; between two there is a
// gap of one look-up.
type survivors struct {
	SessionStore
	seed  maphash.Seed
	locks [64]sync.Mutex
}

type foundKey struct{}

// found notes the tokens, as hashed by scs, that a request's sessions had.
type found struct {
	mu     sync.Mutex
	tokens []string
}

func (f *found) has(token string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.tokens {
		if t == token {
			return true
		}
	}
	return false
}

func (f *found) add(token string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens = append(f.tokens, token)
}

func (s *survivors) lock(token string) *sync.Mutex {
	return &s.locks[maphash.String(s.seed, token)%uint64(len(s.locks))]
}

// FindCtx finds and notes the token.
func (s *survivors) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, ok, err := s.SessionStore.FindCtx(ctx, token)
	if f, noted := ctx.Value(foundKey{}).(*found); noted && ok {
		f.add(token)
	}
	return data, ok, err
}

// CommitCtx writes a new session, or one that is still there.
func (s *survivors) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	mu := s.lock(token)
	mu.Lock()
	defer mu.Unlock()
	if f, noted := ctx.Value(foundKey{}).(*found); noted && f.has(token) {
		if _, there, err := s.SessionStore.FindCtx(ctx, token); err != nil || !there {
			return err
		}
	}
	return s.SessionStore.CommitCtx(ctx, token, data, expiry)
}

// DeleteCtx ends a session.
func (s *survivors) DeleteCtx(ctx context.Context, token string) error {
	mu := s.lock(token)
	mu.Lock()
	defer mu.Unlock()
	return s.SessionStore.DeleteCtx(ctx, token)
}
