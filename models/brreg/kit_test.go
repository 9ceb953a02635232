package brreg_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
)

// The organisations of these tests. The answers are written here, in the shape
// of the register's.
const (
	fjord  = party.OrgNo("991825827") // a unit
	fjordB = party.OrgNo("313775429") // a sub-unit of it
	tall   = party.OrgNo("974760673") // its accountant
	rotor  = party.OrgNo("210223282")
)

// secret stands in answers that are refused, and may stand nowhere else.
const secret = "Fjellgeit"

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// register answers as we tell it, by path with query; anything else is 404.
type register struct {
	*httptest.Server
	*clock
	mu      sync.Mutex
	answers map[string]http.HandlerFunc
	asked   []*http.Request
}

func newRegister(t *testing.T) *register {
	t.Helper()
	r := &register{clock: newClock(), answers: map[string]http.HandlerFunc{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.asked = append(r.asked, req)
		answer := r.answers[req.URL.RequestURI()]
		r.mu.Unlock()
		if answer == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

// on sets the answer to a question.
func (r *register) on(uri string, answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers["/er"+uri] = answer
}

// questions returns what was asked since the last call.
func (r *register) questions() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := r.asked
	r.asked = nil
	return asked
}

func (r *register) wantAsked(t *testing.T, n int) {
	t.Helper()
	if asked := r.questions(); len(asked) != n {
		t.Errorf("the register was asked %d times, want %d", len(asked), n)
	}
}

// ask makes a client of the register.
func (r *register) client(t *testing.T, change ...func(*brreg.Config)) *brreg.Client {
	t.Helper()
	cfg := brreg.Config{URL: r.URL + "/er", Client: r.Client(), Now: r.Now}
	for _, c := range change {
		c(&cfg)
	}
	c, err := brreg.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// says answers 200 with JSON, as the register's own type.
func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.brreg.enhetsregisteret.enhet.v2+json;charset=UTF-8")
		_, _ = fmt.Fprint(w, body)
	}
}

// fails answers with a status, a body and pairs of headers.
func fails(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}
}

func unitPath(o party.OrgNo) string  { return "/api/enheter/" + string(o) }
func subPath(o party.OrgNo) string   { return "/api/underenheter/" + string(o) }
func rolesPath(o party.OrgNo) string { return "/api/enheter/" + string(o) + "/roller" }

// unitJSON is a unit with some of what we do not read.
func unitJSON(o party.OrgNo, name, form, more string) string {
	return fmt.Sprintf(`{"organisasjonsnummer":%q,"navn":%q,"organisasjonsform":{"kode":%q,"beskrivelse":"x","_links":{}},
		"registreringsdatoEnhetsregisteret":"2007-09-14","konkurs":false,"underAvvikling":false,
		"postadresse":{"adresse":["Postboks 1"],"land":"Norge"},"antallAnsatte":7,"_links":{"self":{"href":"x"}}%s}`, o, name, form, more)
}

// wantUnavailable demands the one error for a register that cannot be asked, and
// that nothing of its answer is in it.
func wantUnavailable(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Unavailable || e.Code != models.CodeRegisterDown {
		t.Fatalf("error %v, want register.unavailable", err)
	}
	for _, word := range []string{secret, "<html", "/enheter", string(fjord)} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error quotes the answer or the question: %v", err)
		}
	}
}

func wantKind(t *testing.T, err error, kind models.Kind) {
	t.Helper()
	if e, ok := errors.AsType[*models.Error](err); !ok || e.Kind != kind {
		t.Errorf("error %v, want kind %d", err, kind)
	}
}

// transport answers without a network, so that time can be made to stand still.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func offline(t *testing.T, f transport) *brreg.Client {
	t.Helper()
	c, err := brreg.New(brreg.Config{Client: &http.Client{Transport: f}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func response(h http.HandlerFunc, req *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h(w, req)
	return w.Result()
}

func organisation(ctx context.Context, c *brreg.Client, o party.OrgNo) error {
	_, _, err := c.Organisation(ctx, o)
	return err
}
