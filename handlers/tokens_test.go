package handlers_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// tokenDoor is an address that answers one kind of token, and what it is asked.
type tokenDoor struct {
	name  string
	kind  string // a profile, or call
	scope string // that it demands; none where it is empty
	good  func(s *kit.Site) kit.Claims
	ask   func(t *testing.T, s *kit.Site) tokenQuestion
}

// The kinds of token.
const (
	ownCall      = "issuer-call"
	maskinporten = "maskinporten"
	endUserKind  = "altinn-platform"
	platformKind = "platform"
)

// tokenQuestion is a request without its token.
type tokenQuestion struct{ method, target, body string }

// tokenDoors are one address for each kind of token.
func tokenDoors() []tokenDoor {
	const (
		write  = "altinn:authentication/systemuser.request.write"
		portal = "altinn:portal/enduser"
		lookup = "altinn:maskinporten/systemuser.read"
	)
	program := func(scope string) func(*kit.Site) kit.Claims {
		return func(s *kit.Site) kit.Claims { return claimsOf(s.AccessToken(kit.SupplierA, scope, nil)) }
	}
	return []tokenDoor{
		{"enrichment by an issuer's own call", ownCall, "", func(s *kit.Site) kit.Claims { return claimsOf(s.IssuerCall(kit.Issuer1, nil)) }, askEnrichment},
		{"enrichment by an access token", maskinporten, "stafett:enrich", program("stafett:enrich"), askEnrichment},
		{"decisions", maskinporten, "stafett:decide", program("stafett:decide"), askDecision},
		{"byExternalId", maskinporten, lookup, program(lookup), askByExternalID},
		{"suppliers' API", maskinporten, write, program(write), askCustomer},
		{"end users' API", endUserKind, portal, func(s *kit.Site) kit.Claims {
			return claimsOf(s.EndUserToken(kit.Portal, kit.ApproverP, portal, nil))
		}, askApproval},
		{"platform's stream", platformKind, "", func(s *kit.Site) kit.Claims { return claimsOf(s.ServiceToken("follower", nil)) }, askStream},
	}
}

// claimsOf reads the claims of a token of the kit.
func claimsOf(raw string) kit.Claims {
	body, err := base64.RawURLEncoding.DecodeString(strings.Split(raw, ".")[1])
	if err != nil {
		panic(err)
	}
	c := kit.Claims{}
	if err := json.Unmarshal(body, &c); err != nil {
		panic(err)
	}
	return c
}

// approvedUser is a system user of P on a system of A, with the reference "r1".
func approvedUser(t *testing.T, s *kit.Site) (client string, user models.ID) {
	t.Helper()
	sys := s.System(t, kit.DeveloperA, "lonn")
	r := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "r1")
	s.Approve(t, kit.ApproverP, r.ID)
	return kit.ClientID(sys.ID), r.ID
}

func askEnrichment(t *testing.T, s *kit.Site) tokenQuestion {
	t.Helper()
	client, _ := approvedUser(t, s)
	return tokenQuestion{http.MethodPost, "/v1/enrich", enrichment(kit.Issuer1, client, string(kit.CustomerP), "r1")}
}

func askDecision(t *testing.T, s *kit.Site) tokenQuestion {
	t.Helper()
	_, user := approvedUser(t, s)
	return tokenQuestion{http.MethodPost, "/access/v1/evaluation", evaluation(string(user), string(kit.CustomerP), kit.OwnResource, "read")}
}

func askByExternalID(t *testing.T, s *kit.Site) tokenQuestion {
	t.Helper()
	client, _ := approvedUser(t, s)
	q := url.Values{"clientId": {client}, "systemProviderOrgNo": {string(kit.SupplierA)}, "systemUserOwnerOrgNo": {string(kit.CustomerP)}, "externalRef": {"r1"}}
	return tokenQuestion{http.MethodGet, "/authentication/api/v1/systemuser/byExternalId?" + q.Encode(), ""}
}

func askCustomer(t *testing.T, s *kit.Site) tokenQuestion {
	t.Helper()
	sys := s.System(t, kit.DeveloperA, "lonn")
	return tokenQuestion{http.MethodPost, "/authentication/api/v1/systemuser/request/vendor", text(map[string]any{
		"systemId": sys.ID, "partyOrgNo": kit.CustomerP, "externalRef": "r1",
		"rights": []any{map[string]any{"action": "read", "resource": []any{map[string]string{"id": catalog.ResourceAttribute, "value": kit.OwnResource}}}},
	})}
}

func askApproval(t *testing.T, s *kit.Site) tokenQuestion {
	t.Helper()
	for user, p := range map[int]kit.Person{4012: kit.ApproverP, 4013: kit.ApproverQ} {
		s.Exec("UPDATE person SET user_id = ?, party_uuid = ? WHERE id = ?", user, userUUID(p), string(s.PersonID(p)))
	}
	r := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "lonn"), kit.CustomerP, "r1")
	return tokenQuestion{http.MethodPost, "/authentication/api/v1/systemuser/request/" + s.PartyID(t, kit.CustomerP) + "/" + string(r.ID) + "/approve", ""}
}

// userUUID is the party uuid of the directors of P and of Q.
func userUUID(p kit.Person) string {
	if p.PID == kit.ApproverP.PID {
		return "0f3f31a3-1f5c-4c57-9a2b-6f1f3c1d5b01"
	}
	return "0f3f31a3-1f5c-4c57-9a2b-6f1f3c1d5b02"
}

func askStream(t *testing.T, s *kit.Site) tokenQuestion {
	t.Helper()
	approvedUser(t, s)
	return tokenQuestion{http.MethodGet, "/authentication/api/v1/systemuser/internal/systemusers/stream", ""}
}

// forgery makes tokens from what is good of one.
type forgery struct {
	t      *testing.T
	door   tokenDoor
	site   *kit.Site
	key    *ecdsa.PrivateKey
	header kit.Claims
}

func newForgery(t *testing.T, s *kit.Site, d tokenDoor) forgery {
	f := forgery{t: t, door: d, site: s, header: kit.Claims{"alg": "ES256", "kid": "k", "typ": "JWT"}}
	if d.kind == ownCall {
		f.header["typ"] = "issuer-call+jwt"
	}
	f.key = kit.Key(f.claims(nil)["iss"].(string))
	return f
}

// claims are those of a new good token, with changes; nil takes one out.
func (f forgery) claims(changes kit.Claims) kit.Claims { return altered(f.door.good(f.site), changes) }

// head is the good header with changes; nil takes a member out.
func (f forgery) head(changes kit.Claims) kit.Claims { return altered(f.header, changes) }

// with is a well-signed token whose claims are changed.
func (f forgery) with(changes kit.Claims) carried { return f.token(f.header, f.claims(changes)) }

// headed is a token whose header is changed, signed as it says nothing of.
func (f forgery) headed(changes kit.Claims) carried { return f.token(f.head(changes), f.claims(nil)) }

// token signs header and claims: objects, or text as it is to stand.
func (f forgery) token(header, claims any) carried {
	return f.by(f.key, header, claims)
}

func (f forgery) by(key *ecdsa.PrivateKey, header, claims any) carried {
	return bearer(compact(key, header, claims))
}

func compact(key *ecdsa.PrivateKey, header, claims any) string {
	input := b64(asText(header)) + "." + b64(asText(claims))
	return input + "." + b64(es256(key, input))
}

func es256(key *ecdsa.PrivateKey, input string) []byte {
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		panic(err)
	}
	size := (key.Params().BitSize + 7) / 8
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
}

func b64[T string | []byte](b T) string { return base64.RawURLEncoding.EncodeToString([]byte(b)) }

func asText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return text(v)
}

func altered(o, changes kit.Claims) kit.Claims {
	o = maps.Clone(o)
	for name, v := range changes {
		if v == nil {
			delete(o, name)
			continue
		}
		o[name] = v
	}
	return o
}

// carried is how a token comes.
type carried struct {
	header http.Header
	query  string
	form   string
}

func bearer(raw string) carried { return authorized("Bearer " + raw) }

func authorized(values ...string) carried {
	return carried{header: http.Header{"Authorization": values}}
}

// raw is the token without its scheme.
func (w carried) raw() string { return strings.TrimPrefix(w.header.Get("Authorization"), "Bearer ") }

func (q tokenQuestion) send(t *testing.T, s *kit.Site, w carried) *kit.Response {
	t.Helper()
	target, body, media := kit.PublicURL+q.target, q.body, "application/json"
	if w.query != "" {
		join := "?"
		if strings.Contains(target, "?") {
			join = "&"
		}
		target += join + w.query
	}
	if w.form != "" {
		body, media = w.form, "application/x-www-form-urlencoded"
	}
	r, err := http.NewRequestWithContext(t.Context(), q.method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = w.header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if body != "" {
		r.Header.Set("Content-Type", media)
	}
	return s.Anonymous(t).Send(r, body)
}

// Every attack at every kind of door: refused, with nothing changed and nothing
// told. Then the token that the attacks were made of, and what is only unusual.
func TestTokensUnderAttack(t *testing.T) {
	t.Parallel()
	for _, d := range tokenDoors() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			s := kit.New(t)
			q, f := d.ask(t, s), newForgery(t, s, d)
			invalid := merged(algorithmForgeries(f), keyForgeries(f), formForgeries(f), timeForgeries(f), partyForgeries(f), kindForgeries(f), transports(f), bodyForgeries(f))
			foreign := foreignTokens(f)
			before := s.Snapshot()
			for _, name := range slices.Sorted(maps.Keys(invalid)) {
				t.Run(name, func(t *testing.T) { refusedAs(t, q.send(t, s, invalid[name]), http.StatusUnauthorized) })
			}
			for _, name := range slices.Sorted(maps.Keys(foreign)) {
				t.Run(name, func(t *testing.T) {
					refusedAs(t, q.send(t, s, foreign[name]), http.StatusUnauthorized, http.StatusForbidden)
				})
			}
			if s.Snapshot() != before {
				t.Error("something changed")
			}
			if n := len(invalid) + len(foreign); n < 150 {
				t.Errorf("%d attacks, the threat model asks for 150", n)
			} else {
				t.Logf("%d attacks", n)
			}
			f.goodOnes(t, q)
		})
	}
}

// merged is all of them; a name stands once.
func merged(groups ...map[string]carried) map[string]carried {
	all := map[string]carried{}
	for _, g := range groups {
		for name, w := range g {
			if _, twice := all[name]; twice {
				panic("two attacks are called " + name)
			}
			all[name] = w
		}
	}
	return all
}

func refusedAs(t *testing.T, r *kit.Response, statuses ...int) {
	t.Helper()
	if !slices.Contains(statuses, r.Status) {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("no problem document: %s", r.Body)
	}
	if r.Status == http.StatusUnauthorized && (r.Header.Get("WWW-Authenticate") == "" || len(statuses) == 1 && r.Code() != string(models.CodeInvalidToken)) {
		t.Errorf("challenge %q, code %s", r.Header.Get("WWW-Authenticate"), r.Code())
	}
}

// goodOnes must be let in, so that the attacks are refused for what they are.
func (f forgery) goodOnes(t *testing.T, q tokenQuestion) {
	t.Helper()
	good := f.with(nil)
	if r := q.send(t, f.site, good); r.Status >= http.StatusMultipleChoices {
		t.Fatalf("the good token: %d %s", r.Status, r.Body)
	}
	for name, w := range unusual(f) {
		// What was asked has been done by now, and may be in conflict with itself.
		if r := q.send(t, f.site, w); r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden {
			t.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	if f.door.kind == ownCall {
		refusedAs(t, q.send(t, f.site, good), http.StatusUnauthorized)
		again := f.with(kit.Claims{"jti": claimsOf(good.raw())["jti"]})
		refusedAs(t, q.send(t, f.site, again), http.StatusUnauthorized)
	}
	f.site.Clock.Advance(2*time.Minute - time.Second)
	if r := q.send(t, f.site, good); f.door.kind != ownCall && r.Status == http.StatusUnauthorized {
		t.Errorf("in its last second: %d %s", r.Status, r.Body)
	}
	f.site.Clock.Advance(time.Second)
	refusedAs(t, q.send(t, f.site, good), http.StatusUnauthorized)
}
