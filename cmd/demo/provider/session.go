package provider

import (
	"crypto/rand"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

const (
	cookie      = "demo-session"
	sessionLife = 8 * time.Hour
)

// session is a person in one browser. It does not change.
type session struct {
	sid      string // public: it stands in ID tokens; the cookie has another value
	subject  string
	acr      string
	authTime time.Time
}

// suits reports whether a session is good enough for a request (OpenID Connect
// Core section 3.1.2.1): the library has turned prompt=login into max_age=0.
func (r *request) suits(s session, now time.Time) bool {
	if age := r.asked.MaxAge; age != nil && now.Unix()-s.authTime.Unix() >= int64(*age) {
		return false
	}
	asked := r.asked.ACRValues
	return len(asked) == 0 || s.acr == "" || slices.Contains(asked, s.acr)
}

// begin makes a session, and sets the cookie by which it is known.
func (p *Provider) begin(w http.ResponseWriter, subject, acr string) session {
	key, s := rand.Text(), session{sid: uuid.NewString(), subject: subject, acr: acr, authTime: p.cfg.Now()}
	p.storage.keep(key, s)
	p.setCookie(w, key, int(sessionLife/time.Second))
	return s
}

// session is the one that this browser has, if any.
func (p *Provider) session(r *http.Request) (session, bool) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return session{}, false
	}
	return p.storage.session(c.Value)
}

// endSession handles /end_session: the browser's session ends before the
// library answers (RP-Initiated Logout 1.0).
func (p *Provider) endSession(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if c, err := r.Cookie(cookie); err == nil {
		p.storage.forget(func(key string, _ session) bool { return key == c.Value })
		p.setCookie(w, "", -1)
	}
	next.ServeHTTP(w, r)
}

func (p *Provider) setCookie(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // secure wherever the demo is not on plain http
		Name: cookie, Value: value, Path: p.path + "/", MaxAge: maxAge, HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode,
	})
}

// keep remembers a session, and forgets those whose time has run out.
func (s *storage) keep(key string, one session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now()
	maps.DeleteFunc(s.sessions, func(_ string, old session) bool { return now.Sub(old.authTime) > sessionLife })
	if len(s.sessions) < maxPending { // else it is good for this one login
		s.sessions[key] = one
	}
}

func (s *storage) session(key string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.sessions[key]
	return one, ok && s.cfg.Now().Sub(one.authTime) <= sessionLife
}

// forget ends the sessions that are meant.
func (s *storage) forget(meant func(key string, one session) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.sessions, meant)
}
