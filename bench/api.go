package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/store"
)

// The sizes between which the cost of a page of a list is compared.
const (
	fewUsers  = 10_000
	manyUsers = 1_000_000
	apiRounds = 21
	perRound  = 100 // of each kind of call
	pageRows  = 50
	portalID  = "https://portal.example/openid/"
	customers = 2_000
)

// api measures calls of the suppliers' API against a system with few and one
// with many system users, in turn in one run.
func api(ctx context.Context, binary, dir string) ([]figure, error) {
	few, err := startSupplier(ctx, binary, filepath.Join(dir, "few"), fewUsers)
	if err != nil {
		return nil, err
	}
	defer few.side.stop()
	many, err := startSupplier(ctx, binary, filepath.Join(dir, "many"), manyUsers)
	if err != nil {
		return nil, err
	}
	defer many.side.stop()
	var ratios []float64
	took := map[string][]time.Duration{}
	for i := range apiRounds + 1 {
		small, err := few.pages(ctx)
		if err != nil {
			return nil, err
		}
		large, err := many.pages(ctx)
		if err != nil {
			return nil, err
		}
		asked, answered, err := many.requests(ctx)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			continue // warm-up
		}
		ratio := float64(middle(large)) / float64(middle(small))
		fmt.Printf("round %d: page %s and %s, ratio %.2f; request %s, approve %s\n", i, middle(small), middle(large), ratio, middle(asked), middle(answered))
		ratios = append(ratios, ratio)
		for name, more := range map[string][]time.Duration{"list_few": small, "list": large, "request": asked, "approve": answered} {
			took[name] = append(took[name], more...)
		}
	}
	slices.Sort(ratios)
	figures := []figure{{
		Name: "api.list.ratio", Unit: "ratio", Value: ratios[len(ratios)/2],
		about: fmt.Sprintf("page of %d system users out of %d ÷ out of %d; aim ≤ 1.2", pageRows, manyUsers, fewUsers),
	}}
	for _, c := range [][2]string{
		{"list_few", fmt.Sprintf("a page of %d out of %d, one connection", pageRows, fewUsers)},
		{"list", fmt.Sprintf("a page of %d out of %d", pageRows, manyUsers)},
		{"request", "create request, beside a million system users"},
		{"approve", "approve it, as the portal does"},
	} {
		slices.Sort(took[c[0]])
		for _, p := range []struct {
			name string
			at   float64
		}{{"p50", 0.5}, {"p99", 0.99}} {
			figures = append(figures, figure{
				Name: "api." + c[0] + "." + p.name, Unit: "µs", about: c[1],
				Value: float64(took[c[0]][int(p.at*float64(len(took[c[0]])))].Nanoseconds()) / 1000,
			})
		}
	}
	return figures, nil
}

func middle(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2].Round(time.Microsecond)
}

// supplierSide is a registry with one system, and who calls it.
type supplierSide struct {
	side    *side
	system  string
	program string // token of the supplier's program
	sign    func(claims map[string]any) (string, error)
	orgs    []string
	next    string // of the list
	seen    map[string]bool
	n       int
}

func startSupplier(ctx context.Context, binary, dir string, users int) (*supplierSide, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	fmt.Printf("filling a database with a system of %d system users …\n", users)
	s := &supplierSide{orgs: numbers(customers + 1), seen: map[string]bool{}}
	s.system = s.orgs[0] + "_bench"
	sc := scene{databaseURL: "sqlite:" + filepath.Join(dir, "bench.db"), issuers: filepath.Join(dir, "issuers.json")}
	if _, err := store.Migrate(ctx, sc.databaseURL); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "bench.db"))
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	if err := s.fill(ctx, tx, users); err != nil {
		return nil, err
	}
	if err := errors.Join(tx.Commit(), db.Close()); err != nil {
		return nil, err
	}
	if err := s.trust(dir); err != nil {
		return nil, err
	}
	s.side, err = startRegistry(ctx, binary, dir, sc)
	return s, err
}

func (s *supplierSide) fill(ctx context.Context, tx *sql.Tx, users int) error {
	now := time.Now().UnixMilli()
	exec := func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
	errs := []error{
		exec(`INSERT INTO role (urn, name_nb, name_nn, name_en) VALUES ('urn:altinn:role:hovedadministrator', 'H', 'H', 'H')`),
		exec(`INSERT INTO resource (id, title_nb, title_nn, title_en, description_nb, description_nn, description_en, owner, type, refused) VALUES ('innboks', 'I', 'I', 'I', 'I', 'I', 'I', 'digdir', '', 0)`),
		exec(`UPDATE catalogue_version SET version = version + 1`),
	}
	person := ""
	for i, no := range s.orgs { // each with a main administrator of its own
		person = string(models.NewID())
		errs = append(errs, exec(`INSERT INTO person (id, name, user_id, created_at) VALUES (?, 'Prøve', ?, ?)`, person, 1+i, now), exec(`INSERT INTO organisation (org_no, name, form, party_id, uuid, since_at) VALUES (?, ?, 'AS', ?, ?, ?)`,
			no, fmt.Sprintf("Virksomhet %d AS", i), 60_000_000+i, models.NewID(), now),
			exec(`INSERT INTO holding (id, person_id, org_no, urn, source, from_at) VALUES (?, ?, ?, 'urn:altinn:role:hovedadministrator', 'bench', 0)`, models.NewID(), person, no))
	}
	errs = append(errs, exec(`INSERT INTO system (id, uuid, supplier, name_nb, name_nn, name_en, description_nb, description_nn, description_en,
		visible, deleted, version, created_at, changed_at) VALUES (?, ?, ?, 'S', 'S', 'S', 'D', 'D', 'D', 1, 0, 1, ?, ?)`, s.system, models.NewID(), s.orgs[0], now, now),
		exec(`INSERT INTO system_ask (system_id, position, kind, ref, action, purpose_nb, purpose_nn, purpose_en) VALUES (?, 0, 'right', 'innboks', '', 'P', 'P', 'P')`, s.system))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	user, err := tx.PrepareContext(ctx, `INSERT INTO system_user (id, kind, system_id, customer, external_ref, title, status, approved_by, created_at, changed_at, version, seq)
		VALUES (?, 'standard', ?, ?, ?, 'S', 'active', ?, ?, ?, 1, ?)`)
	if err != nil {
		return err
	}
	defer user.Close() //nolint:errcheck // the commit says whether it worked
	held, err := tx.PrepareContext(ctx, `INSERT INTO delegation (system_user_id, position, kind, ref, action) VALUES (?, 0, 'right', 'innboks', '')`)
	if err != nil {
		return err
	}
	defer held.Close() //nolint:errcheck // as above
	for i := range users {
		id := string(models.NewID())
		if _, err := user.ExecContext(ctx, id, s.system, s.orgs[1+i%customers], fmt.Sprintf("avd-%d", i), person, now, now, i+1); err != nil {
			return err
		}
		if _, err := held.ExecContext(ctx, id); err != nil {
			return err
		}
	}
	return errors.Join(exec(`UPDATE system_user_counter SET next = ?`, users+1), exec(`UPDATE system SET customers = ?`, customers))
}

func (s *supplierSide) trust(dir string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	jwks, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	if err != nil {
		return err
	}
	config := `{"default": "` + issuerID + `", "issuers": [
		{"iss": "` + issuerID + `", "profile": "maskinporten", "jwks": "file:jwks.json", "audiences": ["*"], "algorithms": ["RS256"]},
		{"iss": "` + portalID + `", "profile": "altinn-platform", "jwks": "file:jwks.json", "audiences": ["stafett"], "algorithms": ["RS256"], "portal": true}]}`
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "jwks.json"), jwks, 0o600), os.WriteFile(filepath.Join(dir, "issuers.json"), []byte(config), 0o600)); err != nil {
		return err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, nil)
	if err != nil {
		return err
	}
	now := time.Now()
	s.sign = func(claims map[string]any) (string, error) {
		claims["iat"], claims["exp"], claims["jti"] = now.Unix(), now.Add(time.Hour).Unix(), models.NewID()
		return jwt.Signed(signer).Claims(claims).Serialize()
	}
	s.program, err = s.sign(map[string]any{
		"iss": issuerID, "aud": "unspecified", "client_id": "bench", "scope": "altinn:authentication/systemuser.request.write",
		"consumer": map[string]string{"authority": party.ISO6523, "ID": "0192:" + s.orgs[0]},
	})
	return err
}

// pages reads pages of the list of system users, on from where the last round
// stopped, and checks that nobody comes twice.
func (s *supplierSide) pages(ctx context.Context) ([]time.Duration, error) {
	var took []time.Duration
	for range perRound {
		address := s.next
		if address == "" {
			address = "http://" + s.side.addr + "/authentication/api/v1/systemuser/vendor/bysystem/" + s.system + fmt.Sprintf("?pagesize=%d", pageRows)
			clear(s.seen)
		}
		body, at, err := s.call(ctx, http.MethodGet, address, s.program, "", http.StatusOK)
		if err != nil {
			return nil, err
		}
		var page struct {
			Links struct{ Next string }
			Data  []struct{ ID, Title string }
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		if len(page.Data) != pageRows && page.Links.Next != "" {
			return nil, fmt.Errorf("a page of %d", len(page.Data))
		}
		for _, u := range page.Data {
			if s.seen[u.ID] {
				return nil, fmt.Errorf("%s comes twice", u.ID)
			}
			s.seen[u.ID] = true
		}
		s.next = page.Links.Next
		took = append(took, at)
	}
	return took, nil
}

// requests sends requests and approves them.
func (s *supplierSide) requests(ctx context.Context) (asked, answered []time.Duration, err error) {
	const base = "/authentication/api/v1/systemuser/request/"
	for range perRound {
		s.n++
		customer := 1 + s.n%customers
		body, at, err := s.call(ctx, http.MethodPost, "http://"+s.side.addr+base+"vendor", s.program, fmt.Sprintf(
			`{"systemId":%q,"partyOrgNo":%q,"externalRef":"ny-%d","rights":[{"resource":[{"id":"urn:altinn:resource","value":"innboks"}]}]}`,
			s.system, s.orgs[customer], s.n), http.StatusCreated)
		if err != nil {
			return nil, nil, err
		}
		var sent struct{ ID, Status string }
		if err := json.Unmarshal(body, &sent); err != nil || sent.Status != "New" {
			return nil, nil, fmt.Errorf("%w: %s", err, body)
		}
		asked = append(asked, at)
		approver, err := s.sign(map[string]any{"iss": portalID, "aud": "stafett", "scope": "altinn:portal/enduser", "urn:altinn:userid": 1 + customer, "urn:altinn:authlevel": 4})
		if err != nil {
			return nil, nil, err
		}
		body, at, err = s.call(ctx, http.MethodPost, fmt.Sprintf("http://%s%s%d/%s/approve", s.side.addr, base, 60_000_000+customer, sent.ID), approver, "", http.StatusOK)
		if err != nil || string(body) != "true" {
			return nil, nil, fmt.Errorf("%w: %s", err, body)
		}
		answered = append(answered, at)
	}
	return asked, answered, nil
}

func (s *supplierSide) call(ctx context.Context, method, address, token, body string, status int) ([]byte, time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	began := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	var b bytes.Buffer
	_, err = io.Copy(&b, resp.Body)
	took := time.Since(began)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, 0, err
	}
	if resp.StatusCode != status {
		return nil, 0, fmt.Errorf("%s %s answers %d: %s", method, address, resp.StatusCode, b.String())
	}
	return b.Bytes(), took, nil
}
