package issuer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/pkg/crypto"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

const (
	callLife  = 30 * time.Second // of a question's credential; the registry takes 60 s
	maxAnswer = 64 << 10
)

// question is what the registry is asked (POST /v1/enrich).
type question struct {
	RequestID     string   `json:"request_id"`
	Issuer        string   `json:"issuer"`
	GrantType     string   `json:"grant_type"`
	Client        asking   `json:"client"`
	Scope         []string `json:"scope"`
	Resource      []string `json:"resource,omitempty"`
	TokenLifetime int      `json:"token_lifetime"`
	Details       []wanted `json:"authorization_details"`
}

type asking struct {
	ID         string `json:"id"`
	Org        org    `json:"org"`
	AuthMethod string `json:"auth_method"`
}

// answer is what of the registry's answer the issuer uses.
type answer struct {
	Details          []Enriched `json:"authorization_details"`
	MaxTokenLifetime int        `json:"max_token_lifetime"`
}

// refusal is the registry's no.
type refusal struct {
	Error  string `json:"error"`
	Reason string `json:"reason"`
}

// Enriched is the authorization detail that goes into the token.
type Enriched struct {
	Type     string   `json:"type"`
	Org      org      `json:"systemuser_org"`
	Users    []string `json:"systemuser_id"`
	SystemID string   `json:"system_id"`
}

// enrich asks the registry which system user the client may be. The error is
// what the client is to be told; there is no answer without a clear yes.
func (s *Issuer) enrich(ctx context.Context, c Client, a assertion, w wanted) (answer, error) {
	body, err := json.Marshal(question{
		RequestID: uuid.NewString(), Issuer: s.cfg.Issuer, GrantType: string(oidc.GrantTypeBearer),
		Client: asking{c.ID, orgOf(c.OrgNo), "private_key_jwt"},
		Scope:  strings.Fields(a.Scope), Resource: a.Resource, TokenLifetime: int(maxLife / time.Second),
		Details: []wanted{w},
	})
	if err != nil {
		return answer{}, err
	}
	status, got, err := s.ask(ctx, body)
	if err != nil {
		s.cfg.Logger.WarnContext(ctx, "registry could not be asked", "error", err)
		return answer{}, later()
	}
	if status != http.StatusOK {
		return answer{}, s.no(ctx, status, got)
	}
	var yes answer
	if err := json.Unmarshal(got, &yes); err != nil {
		s.cfg.Logger.ErrorContext(ctx, "registry's yes cannot be read", "error", err)
		return answer{}, later()
	}
	if err := yes.fits(w); err != nil {
		s.cfg.Logger.ErrorContext(ctx, "registry's yes is not to the question", "error", err)
		return answer{}, later()
	}
	return yes, nil
}

// ask sends the question with the issuer's own credential and reads the answer.
func (s *Issuer) ask(ctx context.Context, body []byte) (int, []byte, error) {
	now := s.cfg.Now()
	credential, err := crypto.Sign(map[string]any{
		"iss": s.cfg.Issuer, "aud": s.cfg.Registry, "iat": now.Unix(), "exp": now.Add(callLife).Unix(), "jti": uuid.NewString(),
	}, s.call)
	if err != nil {
		return 0, nil, err
	}
	to := strings.TrimSuffix(s.cfg.Registry, "/") + "/v1/enrich"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+credential)
	resp, err := s.cfg.HTTP.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return 0, nil, err
	case len(got) > maxAnswer:
		return 0, nil, errors.New("the answer is too large")
	}
	if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); resp.StatusCode == http.StatusOK && media != "application/json" {
		return 0, nil, errors.New("the answer is not JSON")
	}
	return resp.StatusCode, got, nil
}

// no turns a refusal of the registry into what the client is told. A fault of
// the issuer itself is a server error; whatever is not understood counts as an
// outage.
func (s *Issuer) no(ctx context.Context, status int, body []byte) error {
	var r refusal
	if err := json.Unmarshal(body, &r); err != nil {
		r = refusal{}
	}
	switch {
	case status == http.StatusForbidden && r.Error == "access_denied":
		return refuse(noConfiguration, "MP-303: the customer has no system user for this client; it is not approved yet, was withdrawn, or has another externalRef")
	case status == http.StatusBadRequest && r.Error == invalidDetails:
		return refuse(invalidDetails, code(r.Reason)+": the registry does not take these authorization_details")
	case status == http.StatusConflict:
		return refuse(invalidDetails, "MP-303: several system users fit; name one by externalRef")
	case status == http.StatusBadRequest, status == http.StatusUnauthorized, status == http.StatusForbidden:
		s.cfg.Logger.ErrorContext(ctx, "registry refuses this issuer", "status", status, "refusal", r.Error)
		return oidc.ErrServerError().WithDescription("the issuer is not set up at the registry")
	}
	s.cfg.Logger.WarnContext(ctx, "registry gave no answer", "status", status)
	return later()
}

// code is Maskinporten's code for a reason of the registry.
func code(reason string) string {
	switch reason {
	case "unknown_type":
		return "MP-301"
	case "unknown_field":
		return "MP-302"
	}
	return "MP-303"
}

// fits holds a yes against the question: one detail of the type, about the
// customer that was asked for, with one system user of one system.
func (a answer) fits(w wanted) error {
	if len(a.Details) != 1 {
		return errors.New("there must be one detail")
	}
	d := a.Details[0]
	switch {
	case d.Type != Type:
		return errors.New("the type is another")
	case d.Org != *w.Org:
		return errors.New("the customer is another")
	case len(d.Users) != 1 || d.SystemID == "":
		return errors.New("there must be one system user and its system")
	case a.MaxTokenLifetime < 0:
		return errors.New("the lifetime is negative")
	}
	if _, err := uuid.Parse(d.Users[0]); err != nil || len(d.Users[0]) != 36 {
		return errors.New("the system user has no id")
	}
	return nil
}
