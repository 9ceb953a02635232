package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"github.com/stafett/stafett/cmd/demo/issuer"
	"github.com/stafett/stafett/models/party"
)

// wish is what a client wants a token for.
type wish struct {
	Scope       string
	Customer    string // organisation number; empty for a token without system user
	ExternalRef string // empty for the customer's one system user
}

// fetched is the answer of the token endpoint, with the token opened.
type fetched struct {
	Response map[string]any `json:"token_response"` // without the token
	Header   map[string]any `json:"token_header"`
	Claims   map[string]any `json:"token"`
	Details  []any          `json:"-"` // of the claims
	Raw      string         `json:"-"` // the token, compact
}

// refused is an OAuth error (RFC 6749 section 5.2).
type refused struct {
	Status      int    `json:"status"`
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

func (r *refused) Error() string {
	return fmt.Sprintf("the issuer refuses with %d %s: %s", r.Status, r.Code, r.Description)
}

// assertion signs the grant of a client (RFC 7523), as a supplier's program
// would.
func (r running) assertion(c runningClient, w wish, now time.Time) (string, error) {
	claims := map[string]any{
		"iss": c.ID, "aud": r.Issuer, "iat": now.Unix(), "exp": now.Add(100 * time.Second).Unix(),
		"jti": uuid.NewString(), "scope": w.Scope,
	}
	if w.Customer != "" {
		detail := map[string]any{
			"type":           issuer.Type,
			"systemuser_org": map[string]string{"authority": party.ISO6523, "ID": party.ICD + ":" + w.Customer},
		}
		if w.ExternalRef != "" {
			detail["externalRef"] = w.ExternalRef
		}
		claims["authorization_details"] = []any{detail}
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: c.Key}, nil)
	if err != nil {
		return "", err
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return jws.CompactSerialize()
}

// fetch asks the issuer for a token. A refusal is a *refused.
func (r running) fetch(ctx context.Context, h *http.Client, clientID string, w wish) (fetched, error) {
	c, err := r.client(clientID)
	if err != nil {
		return fetched{}, err
	}
	assertion, err := r.assertion(c, w, time.Now())
	if err != nil {
		return fetched{}, err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return fetched{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := h.Do(req)
	if err != nil {
		return fetched{}, fmt.Errorf("the demo does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fetched{}, err
	}
	if resp.StatusCode != http.StatusOK {
		no := &refused{Status: resp.StatusCode}
		if err := json.Unmarshal(body, no); err != nil {
			no.Code = http.StatusText(resp.StatusCode)
		}
		return fetched{}, no
	}
	return opened(body)
}

// opened decodes the answer and the token in it. The signature is for whoever
// the token is shown to; this is its owner.
func opened(body []byte) (fetched, error) {
	f := fetched{}
	if err := json.Unmarshal(body, &f.Response); err != nil {
		return f, err
	}
	f.Raw, _ = f.Response["access_token"].(string)
	delete(f.Response, "access_token")
	parts := strings.Split(f.Raw, ".")
	if len(parts) != 3 {
		return f, fmt.Errorf("the issuer's token is no JWT")
	}
	for i, to := range []*map[string]any{&f.Header, &f.Claims} {
		b, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err == nil {
			err = json.Unmarshal(b, to)
		}
		if err != nil {
			return f, fmt.Errorf("the issuer's token cannot be read: %w", err)
		}
	}
	f.Details, _ = f.Claims["authorization_details"].([]any)
	return f, nil
}
