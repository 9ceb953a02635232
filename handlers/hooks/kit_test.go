package hooks_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/handlers/hooks"
	"github.com/stafett/stafett/handlers/openapi/openapitest"
	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/store"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/rar"
)

const (
	publicURL   = "https://stafett.example"
	issuer      = "https://issuer.example/"
	otherIssuer = "https://other.example/"
	quietIssuer = "https://quiet.example/" // trusted, but does not enrich

	supplier      = party.OrgNo("991825827")
	otherSupplier = party.OrgNo("923609016")
	customer      = party.OrgNo("313775429")
	stranger      = party.OrgNo("314168267")

	user    = models.ID("704013ee-e82a-433e-83c5-a40e6e00d746") // the customer's, without a reference of its own
	userR1  = models.ID("704013ee-e82a-433e-83c5-a40e6e00d747") // with the reference r1
	ended   = models.ID("704013ee-e82a-433e-83c5-a40e6e00d748") // with the reference gone, revoked
	retired = models.ID("704013ee-e82a-433e-83c5-a40e6e00d749") // on a system that is deleted
	stopped = models.ID("704013ee-e82a-433e-83c5-a40e6e00d750") // with the reference paused, since the customer is struck off
	manager = models.ID("0b0f9c52-7a5f-4a8e-9d2e-0a9f7c1f4f10")
)

var (
	noon = time.Date(2026, 11, 21, 12, 0, 7, 0, time.UTC)
	key  = sync.OnceValue(func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return k
	})
)

// kit is the hooks over a real store and a real door, behind echo.
type kit struct {
	store   *store.Store
	journal *rar.Journal
	echo    *echo.Echo
	spec    *openapitest.Validator
	traced  atomic.Pointer[[]string] // statements since trace was called
}

// trace forgets the statements so far and begins to note them.
func (k *kit) trace() { k.traced.Store(&[]string{}) }

func newKit(t testing.TB) *kit {
	t.Helper()
	now := func() time.Time { return noon }
	url := "sqlite:" + filepath.Join(t.TempDir(), "stafett.db")
	if _, err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	k := &kit{echo: echo.New(), spec: openapitest.New(t)}
	st, err := store.Open(t.Context(), store.Config{URL: url, Keys: store.FixedKeys(make([]byte, 32)), Now: now, Trace: func(sql string) {
		if noted := k.traced.Load(); noted != nil {
			*noted = append(*noted, sql)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	seed(t, st)
	k.store, k.journal = st, rar.NewJournal(st)
	h := hooks.New(hooks.Config{Door: newDoor(t, st), Lookup: st, Journal: k.journal, Now: now, PublicURL: publicURL})
	k.echo.HTTPErrorHandler = respond.Responder{Logger: slog.New(slog.DiscardHandler)}.Error
	k.echo.POST("/v1/enrich", h.Enrich)
	k.echo.GET("/authentication/api/v1/systemuser/byExternalId", h.ByExternalID)
	k.echo.POST("/access/v1/evaluation", h.Evaluate)
	k.echo.GET("/.well-known/authzen-configuration", h.AuthZENConfiguration)
	k.echo.GET("/openapi.json", h.OpenAPI)
	return k
}

// newDoor trusts three issuers, which share a key.
func newDoor(t testing.TB, replays auth.Replays) *auth.Door {
	t.Helper()
	dir := t.TempDir()
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key().Public(), KeyID: "k", Use: "sig", Algorithm: "ES256"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jwks.json"), set, 0o600); err != nil {
		t.Fatal(err)
	}
	one := func(iss, more string) string {
		return `{"iss":"` + iss + `","profile":"platform","jwks":"file:jwks.json","audiences":["stafett"],"algorithms":["ES256"]` + more + `}`
	}
	issuers, err := auth.ParseIssuers([]byte(`{"default":"`+issuer+`","issuers":[`+
		one(issuer, `,"enriches":true`)+`,`+one(otherIssuer, `,"enriches":true`)+`,`+one(quietIssuer, ``)+`]}`), dir)
	if err != nil {
		t.Fatal(err)
	}
	door, err := auth.NewDoor(auth.DoorConfig{
		Issuers: issuers, PublicURL: publicURL, Client: http.DefaultClient, Replays: replays,
		Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return door
}

// seed stores two suppliers with a system each, one more that is deleted, and
// system users of one customer.
func seed(t testing.TB, st *store.Store) {
	t.Helper()
	ask := []system.Ask{{Item: catalog.Right("kravogbetaling", "read"), Purpose: models.Text{NB: "Hente krav"}}}
	add := func(id system.ID, of party.OrgNo, client system.Client, deleted bool) system.System {
		name := models.Text{NB: "SmartCloud", NN: "SmartCloud", EN: "SmartCloud"}
		return system.System{
			ID: id, Supplier: of, Name: name, Description: name, Clients: []system.Client{client}, Asks: ask,
			Deleted: deleted, CreatedAt: noon, ChangedAt: noon,
		}
	}
	grant := func(id models.ID, on system.ID, ref string) systemuser.SystemUser {
		return systemuser.SystemUser{
			ID: id, Kind: systemuser.Standard, System: on, Customer: customer, ExternalRef: ref, Title: "SmartCloud",
			Status: systemuser.Active, Delegated: []catalog.Item{ask[0].Item}, ApprovedBy: manager, CreatedAt: noon.Add(-time.Hour),
		}
	}
	paused := grant(stopped, "991825827_smartcloud", "paused")
	paused.Paused = systemuser.StruckOff
	err := st.Write(t.Context(), func(tx registry.Tx) error {
		ctx := t.Context()
		var errs []error
		for _, o := range []party.OrgNo{supplier, otherSupplier, customer, stranger} {
			_, err := tx.PutOrganisation(ctx, party.Organisation{OrgNo: o, Name: "AS " + string(o), Form: "AS", Since: noon})
			errs = append(errs, err)
		}
		_, err := tx.PutResource(ctx, catalog.Resource{
			ID: "kravogbetaling", Title: models.Text{NB: "Krav"}, Owner: "skd", Actions: []string{"read", "write"},
		})
		return errors.Join(append(errs, err,
			tx.AddPerson(ctx, party.Person{ID: manager, Name: "Kari"}, party.PersonID{}),
			tx.AddSystem(ctx, add("991825827_smartcloud", supplier, system.Client{Issuer: issuer, ID: "c1"}, false)),
			tx.AddSystem(ctx, add("923609016_other", otherSupplier, system.Client{Issuer: otherIssuer, ID: "c2"}, false)),
			tx.AddSystem(ctx, add("991825827_old", supplier, system.Client{Issuer: issuer, ID: "c3"}, true)),
			tx.AddSystemUser(ctx, grant(user, "991825827_smartcloud", string(customer))),
			tx.AddSystemUser(ctx, grant(userR1, "991825827_smartcloud", "r1")),
			tx.AddSystemUser(ctx, grant(ended, "991825827_smartcloud", "gone")),
			tx.AddSystemUser(ctx, paused),
			tx.AddSystemUser(ctx, grant(retired, "991825827_old", string(customer))))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	revoke(t, st, ended)
}

func revoke(t testing.TB, st *store.Store, id models.ID) {
	t.Helper()
	err := st.Write(t.Context(), func(tx registry.Tx) error {
		u, err := tx.SystemUserOf(t.Context(), customer, id)
		if err != nil {
			return err
		}
		u.Status, u.RevokedAt = systemuser.Revoked, noon
		return tx.RevokeSystemUser(t.Context(), u)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// token is an access token of the issuer for a client, with scopes.
func token(t testing.TB, iss, client string, scopes ...string) string {
	t.Helper()
	return sign(t, "at+jwt", map[string]any{
		"iss": iss, "aud": "stafett", "client_id": client, "sub": client, "scope": strings.Join(scopes, " "), "jti": string(models.NewID()),
		"iat": noon.Unix(), "exp": noon.Add(time.Minute).Unix(),
	})
}

// issuerCall is a token by which an issuer itself calls.
func issuerCall(t testing.TB, iss string) string {
	t.Helper()
	return sign(t, "issuer-call+jwt", map[string]any{
		"iss": iss, "aud": publicURL, "jti": string(models.NewID()), "iat": noon.Unix(), "exp": noon.Add(time.Minute).Unix(),
	})
}

func sign(t testing.TB, typ string, claims map[string]any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", "k")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key()}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// send sends a request with a bearer token and holds the exchange to the
// description.
func (k *kit) send(t testing.TB, method, target, bearer, body string, header ...string) answer {
	t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	k.echo.ServeHTTP(rec, req)
	if k.spec != nil {
		k.spec.Check(t, req, []byte(body), rec.Result())
	}
	if rec.Code >= http.StatusInternalServerError && rec.Code != http.StatusServiceUnavailable {
		t.Errorf("%s %s: %d %s", method, target, rec.Code, rec.Body)
	}
	return answer{rec.Code, maps.Clone(rec.Header()), rec.Body.String()}
}

// member reads one member of a JSON answer.
func (a answer) member(t testing.TB, name string) any {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal([]byte(a.body), &all); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return all[name]
}

// uses counts how often a system user was used, by what is written down.
func (k *kit) uses(t testing.TB, id models.ID) int64 {
	t.Helper()
	if err := k.journal.Flush(context.WithoutCancel(t.Context()), noon); err != nil {
		t.Fatal(err)
	}
	var n int64
	err := k.store.Read(t.Context(), func(r registry.Reader) error {
		uses, err := r.Uses(t.Context(), []models.ID{id})
		n = uses[id].Count
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
