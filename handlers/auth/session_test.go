package auth_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func signedIn(t *testing.T) *site {
	t.Helper()
	s := newSite(t, newProvider(t), "")
	if status, _, body := s.signIn(t); status != http.StatusSeeOther || s.me(t) == nil {
		t.Fatalf("%d %s %s", status, body, s.log)
	}
	return s
}

// replay sends a request with exactly this cookie and reports whether anybody
// is signed in by it.
func (s *site) replay(t *testing.T, name, value string) bool {
	t.Helper()
	attacker := *s
	attacker.browser = newBrowser()
	attacker.browser.Jar.SetCookies(must(url.Parse(s.server.URL)), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	return attacker.me(t) != nil
}

func TestCookieFromBeforeLoginNeverSurvivesIt(t *testing.T) {
	s := newSite(t, newProvider(t), "")
	base := must(url.Parse(s.server.URL))
	s.browser.Jar.SetCookies(base, []*http.Cookie{{Name: "stafett", Value: "planted", Path: "/"}})
	address := s.begin(t, "/")
	before := s.cookies("/login/op")
	if status, _, body := s.finish(t, s.authorize(t, address)); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	if s.cookies("/")["stafett"] == "planted" || s.replay(t, "stafett", "planted") {
		t.Error("the planted cookie is signed in")
	}
	if s.replay(t, "stafett", before["stafett_login"]) || s.replay(t, "stafett_login", s.cookies("/")["stafett"]) {
		t.Error("one cookie passes for the other")
	}
}

func TestSecondLoginEndsTheFirstSession(t *testing.T) {
	s := signedIn(t)
	old := s.cookies("/")["stafett"]
	s.claims = func(c object) { c["sub"] = "person-2" }
	s.signIn(t)
	if got := s.me(t); got == nil || got.Subject != "person-2" || got.Organisation != "" {
		t.Errorf("%+v", got)
	}
	if s.replay(t, "stafett", old) {
		t.Error("the first session still counts")
	}
}

func TestLogoutEndsTheSession(t *testing.T) {
	s := signedIn(t)
	old := s.cookies("/")["stafett"]
	s.do(t, http.MethodPost, "/logout")
	if s.me(t) != nil || s.replay(t, "stafett", old) || len(s.store.rows) != 0 {
		t.Error("the session still counts")
	}
	if _, there := s.cookies("/")["stafett"]; there {
		t.Error("the cookie is still there")
	}
}

func TestRequestThatOverlapsLogoutDoesNotReviveTheSession(t *testing.T) {
	s := signedIn(t)
	cookie := s.cookies("/")["stafett"]
	s.clock.advance(2 * time.Minute) // so that the session is written for being used
	loaded, ended := make(chan struct{}), make(chan struct{})
	slow := s.sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(loaded)
		<-ended
		if _, ok := s.sessions.Current(r.Context()); !ok {
			t.Error("the request had no session to begin with")
		}
		w.WriteHeader(http.StatusOK)
	}))
	done := make(chan struct{})
	go func() {
		defer close(done)
		r := httptest.NewRequest(http.MethodGet, s.server.URL+"/requests", http.NoBody)
		r.AddCookie(&http.Cookie{Name: "stafett", Value: cookie})
		slow.ServeHTTP(httptest.NewRecorder(), r)
	}()
	<-loaded
	s.do(t, http.MethodPost, "/logout")
	close(ended)
	<-done
	if len(s.store.rows) != 0 || s.replay(t, "stafett", cookie) {
		t.Error("the session is alive again")
	}
}

func TestChoosingAnOrganisationRenewsTheToken(t *testing.T) {
	s := signedIn(t)
	old := s.cookies("/")["stafett"]
	s.do(t, http.MethodPost, "/organisations?org="+orgNo)
	got := s.me(t)
	if got == nil || got.Organisation != orgNo || !got.SignedIn.Equal(start) {
		t.Fatalf("%+v", got)
	}
	want := models.Actor{Kind: models.Person, ID: string(got.Person), OrgNo: orgNo, Level: 4, AuthTime: start.Add(-5 * time.Second)}
	if got.Actor() != want {
		t.Errorf("actor %+v, want %+v", got.Actor(), want)
	}
	if s.cookies("/")["stafett"] == old || s.replay(t, "stafett", old) {
		t.Error("the old token still counts")
	}
	s.browser = newBrowser()
	if _, _, body := s.do(t, http.MethodPost, "/organisations?org="+orgNo); !strings.Contains(body, "unauthenticated") {
		t.Errorf("nobody chose: %s", body)
	}
}

func TestSessionRunsOut(t *testing.T) {
	s := signedIn(t)
	s.clock.advance(30*time.Minute - time.Second)
	if s.me(t) == nil {
		t.Fatal("ended before half an hour of idleness")
	}
	s.clock.advance(30 * time.Minute)
	if s.me(t) != nil {
		t.Error("lives after half an hour of idleness")
	}

	s = signedIn(t)
	for range 23 {
		s.clock.advance(20 * time.Minute)
		if s.me(t) == nil {
			t.Fatalf("ended at %v though it was used", s.clock.Now().Sub(start))
		}
	}
	s.do(t, http.MethodPost, "/organisations?org="+orgNo)
	s.clock.advance(20 * time.Minute)
	if s.me(t) != nil {
		t.Error("lives after eight hours")
	}
}

func TestStoreHoldsNoUsableCookieAndNoPersonalData(t *testing.T) {
	s := signedIn(t)
	s.begin(t, "/")
	cookies := s.cookies("/login/op")
	if len(cookies) != 2 {
		t.Fatalf("cookies %v", cookies)
	}
	for token, row := range s.store.rows {
		for name, value := range cookies {
			if token == value || bytes.Contains(row.data, []byte(value)) {
				t.Errorf("the store holds the cookie %s", name)
			}
		}
		for _, personal := range []string{"02857010054", "Kari", "eyJ"} {
			if bytes.Contains(row.data, []byte(personal)) {
				t.Errorf("the store holds %s", personal)
			}
		}
		if s.replay(t, "stafett", token) {
			t.Error("the store's token is a cookie")
		}
	}
}

func TestEveryPartOfATokenIsWorthless(t *testing.T) {
	s := signedIn(t)
	whole := s.cookies("/")["stafett"]
	for n := range len(whole) {
		if s.replay(t, "stafett", whole[:n]) {
			t.Errorf("%d characters suffice", n)
		}
	}
	if s.replay(t, "stafett", whole+"A") || !s.replay(t, "stafett", whole) {
		t.Error("the whole token alone counts")
	}
}

func TestCookies(t *testing.T) {
	for public, want := range map[string]struct {
		names  [2]string
		secure bool
	}{
		"https://stafett.example": {[2]string{"__Host-stafett", "__Host-stafett_login"}, true},
		"http://localhost:8080":   {[2]string{"stafett", "stafett_login"}, false},
	} {
		p := newProvider(t)
		store := &sessionStore{rows: map[string]sessionRow{}}
		sessions, err := auth.NewSessions(auth.SessionsConfig{
			Store: store, PublicURL: public, Now: func() time.Time { return start },
			OnError: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusInternalServerError) },
		})
		if err != nil {
			t.Fatal(err)
		}
		providers, err := auth.ParseProviders([]byte(`{"providers":[{"id":"op","name":"OP","issuer":"`+p.issuer+`","client_id":"client"}]}`), "")
		if err != nil {
			t.Fatal(err)
		}
		login, err := auth.NewLogin(auth.LoginConfig{
			Providers: providers, PublicURL: public, Client: auth.NewClient(), People: &people{}, Replays: &replays{}, Sessions: sessions,
			Now: func() time.Time { return start }, Logger: discard(),
		})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		sessions.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := login.Start(r.Context(), "op", "/", models.NB); err != nil {
				t.Error(err)
			}
			if err := sessions.SignIn(r.Context(), auth.Session{Person: "p"}); err != nil {
				t.Error(err)
			}
			w.WriteHeader(http.StatusOK)
		})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, public+"/login/op", http.NoBody))
		got := map[string]*http.Cookie{}
		for _, c := range w.Result().Cookies() {
			got[c.Name] = c
		}
		for _, name := range want.names {
			c := got[name]
			if c == nil {
				t.Errorf("%s: no cookie %s", public, name)
				continue
			}
			if c.Secure != want.secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) != 43 {
				t.Errorf("%s: %+v", public, c)
			}
		}
	}
	for _, public := range []string{"", "http://stafett.example", "ftp://localhost", "stafett.example", "https://u@stafett.example"} {
		if _, err := auth.NewSessions(auth.SessionsConfig{
			Store: &sessionStore{}, PublicURL: public, Now: time.Now, OnError: func(http.ResponseWriter, *http.Request, error) {},
		}); err == nil {
			t.Errorf("%q serves as public URL", public)
		}
	}
}

func TestUsingASessionWritesItOnceAMinute(t *testing.T) {
	s := signedIn(t)
	s.clock.advance(time.Minute)
	before := s.store.commits
	for range 10 {
		s.me(t)
		s.clock.advance(5 * time.Second)
	}
	if n := s.store.commits - before; n != 1 {
		t.Errorf("written %d times within the minute, want once", n)
	}
}
