package handlertest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stafett/stafett/models/brreg"
	"github.com/stafett/stafett/models/party"
)

// Registered is an organisation that the business register knows and the
// registry does not: everybody of the cast is its managing director.
const Registered = party.OrgNo("310001376")

const registerURL = "https://register.example/er"

// register plays the business register, as the transport of the site's client
// of it.
type register struct{ down atomic.Bool }

func (r *register) client(now func() time.Time) *brreg.Client {
	return must(brreg.New(brreg.Config{
		URL: registerURL, Client: &http.Client{Transport: r}, Now: now,
		Token: func(context.Context) (string, error) { return "token", nil },
	}))
}

// RegisterDown makes the business register unreachable, or reachable again.
func (s *Site) RegisterDown(down bool) { s.register.down.Store(down) }

// RoundTrip answers what it is asked of Registered; it knows no other.
func (r *register) RoundTrip(q *http.Request) (*http.Response, error) {
	if r.down.Load() {
		return nil, errors.New("the network is down")
	}
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/json")
	answers := map[string]any{
		registerURL + "/api/enheter/" + string(Registered): Claims{
			"organisasjonsnummer": Registered, "navn": "SKÅTØY TAUVERK AS", "organisasjonsform": Claims{"kode": "AS"},
		},
		registerURL + "/autorisert-api/enheter/" + string(Registered) + "/roller": Claims{"rollegrupper": []any{Claims{"roller": directorships()}}},
	}
	if answer, ok := answers[strings.Split(q.URL.String(), "?")[0]]; ok {
		_ = json.NewEncoder(rec).Encode(answer)
	} else {
		rec.WriteHeader(http.StatusNotFound)
	}
	return rec.Result(), nil
}

func directorships() []any {
	var all []any
	for _, p := range People() {
		all = append(all, Claims{"type": Claims{"kode": "DAGL"}, "person": Claims{"fodselsnummer": p.PID}})
	}
	return all
}
