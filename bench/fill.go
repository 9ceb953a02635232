package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/store"
)

const (
	issuerID = "https://issuer.example/"
	systems  = 200
	asked    = 2_000 // different questions that are asked in turn
)

// scene is the database and what is asked of it.
type scene struct {
	databaseURL string
	issuers     string // file of trusted issuers
	questions   []question
	token       string
}

// question is one request body and the system user that must be in the answer.
type question struct {
	body   []byte
	userID string
}

// expected is what the answer must hold.
func (q question) expected() []byte { return []byte(`"systemuser_id":["` + q.userID + `"]`) }

// fill makes the database in dir. The rows go in by SQL, since a hundred
// thousand approvals by persons would take longer than the rest of the run.
func fill(ctx context.Context, dir string, users int) (scene, error) {
	s := scene{databaseURL: "sqlite:" + filepath.Join(dir, "bench.db")}
	if _, err := store.Migrate(ctx, s.databaseURL); err != nil {
		return s, err
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "bench.db"))
	if err != nil {
		return s, err
	}
	defer db.Close() //nolint:errcheck // the commit says whether it worked
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return s, err
	}
	if err := s.rows(ctx, tx, users); err != nil {
		return s, err
	}
	if err := tx.Commit(); err != nil {
		return s, err
	}
	return s, s.trust(dir)
}

func (s *scene) rows(ctx context.Context, tx *sql.Tx, users int) error {
	exec := func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		return nil
	}
	now := time.Now().UnixMilli()
	nos := numbers(users/systems + 1)
	for i, no := range nos {
		if err := exec(`INSERT INTO organisation (org_no, name, form, party_id, uuid, since_at) VALUES (?, ?, 'AS', ?, ?, ?)`,
			no, fmt.Sprintf("Virksomhet %d AS", i), 60_000_000+i, models.NewID(), now); err != nil {
			return err
		}
	}
	approver, supplier := models.NewID(), nos[0]
	if err := exec(`INSERT INTO person (id, name, created_at) VALUES (?, 'Prøve', ?)`, approver, now); err != nil {
		return err
	}
	every := max(1, users/asked)
	for i := range users {
		sys, customer := fmt.Sprintf("%s_system%d", supplier, i%systems), nos[1+i/systems]
		if i < systems {
			if err := exec(`INSERT INTO system (id, uuid, supplier, name_nb, name_nn, name_en, description_nb, description_nn, description_en,
				visible, deleted, version, created_at, changed_at) VALUES (?, ?, ?, 'S', 'S', 'S', 'D', 'D', 'D', 1, 0, 1, ?, ?)`, sys, models.NewID(), supplier, now, now); err != nil {
				return err
			}
			if err := exec(`INSERT INTO system_client (issuer, client_id, system_id, position) VALUES (?, ?, ?, 0)`, issuerID, fmt.Sprintf("client-%d", i), sys); err != nil {
				return err
			}
		}
		id := string(models.NewID())
		if err := exec(`INSERT INTO system_user (id, kind, system_id, customer, external_ref, title, status, approved_by, created_at, version,
			first_used_at, last_used_at, uses, seq) VALUES (?, 'standard', ?, ?, ?, 'S', 'active', ?, ?, 1, ?, ?, 1, ?)`,
			id, sys, customer, customer, approver, now, now, now, i+1); err != nil {
			return err
		}
		if err := exec(`INSERT INTO delegation (system_user_id, position, kind, ref, action) VALUES (?, 0, 'package', 'urn:altinn:accesspackage:merverdiavgift', '')`, id); err != nil {
			return err
		}
		if i%every == 0 {
			s.questions = append(s.questions, ask(fmt.Sprintf("client-%d", i%systems), customer, id))
		}
	}
	return nil
}

// ask is the body of one enrichment (issuer-contracts 4.1).
func ask(client, customer, userID string) question {
	body := fmt.Sprintf(`{"request_id":%q,"issuer":%q,"grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer",`+
		`"client":{"id":%q},"scope":["skatteetaten:mva"],"token_lifetime":120,"authorization_details":[{"type":"urn:altinn:systemuser",`+
		`"systemuser_org":{"authority":"iso6523-actorid-upis","ID":"0192:%s"}}]}`, models.NewID(), issuerID, client, customer)
	return question{body: []byte(body), userID: userID}
}

// numbers are n valid organisation numbers.
func numbers(n int) []string {
	out := make([]string, 0, n)
	for i := 30_000_000; len(out) < n; i++ {
		for check := range 10 {
			no := fmt.Sprintf("%08d%d", i, check)
			if _, err := (party.Numbers{}).Parse(no); err == nil {
				out = append(out, no)
			}
		}
	}
	return out
}

// trust writes the file of trusted issuers and makes the caller's token.
func (s *scene) trust(dir string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "issuer.jwks.json"), jwks, 0o600); err != nil {
		return err
	}
	s.issuers = filepath.Join(dir, "issuers.json")
	config := `{"default":"` + issuerID + `","issuers":[{"iss":"` + issuerID + `","profile":"maskinporten",` +
		`"jwks":"file:issuer.jwks.json","audiences":["*"],"algorithms":["RS256"],"enriches":true}]}`
	if err := os.WriteFile(s.issuers, bytes.TrimSpace([]byte(config)), 0o600); err != nil {
		return err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		return err
	}
	now := time.Now()
	s.token, err = jwt.Signed(signer).Claims(map[string]any{
		"iss": issuerID, "client_id": "the-issuer", "scope": "stafett:enrich", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"jti": models.NewID(), "aud": "unspecified",
		"consumer": map[string]string{"authority": party.ISO6523, "ID": "0192:" + numbers(1)[0]},
	}).Serialize()
	return err
}
