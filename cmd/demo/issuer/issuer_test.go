package issuer_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/cmd/demo/issuer"
)

func details() []any {
	return []any{map[string]any{
		"type":           "urn:altinn:systemuser",
		"systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + customer},
		"systemuser_id":  []any{userID},
		"system_id":      systemID,
	}}
}

func TestATokenSaysWhichSystemUserItStandsFor(t *testing.T) {
	w := begin(t)
	g := w.grant(t, w.assertion(t, nil))
	if g.Status != http.StatusOK {
		t.Fatalf("%d %v", g.Status, g.Body)
	}
	compact, _ := g.Body["access_token"].(string)
	delete(g.Body, "access_token")
	want := map[string]any{
		"token_type": "Bearer", "expires_in": float64(119), "scope": "skatteetaten:mva", "authorization_details": details(),
	}
	if diff := cmp.Diff(want, g.Body); diff != "" {
		t.Errorf("answer (-want +got)\n%s", diff)
	}
	header, body := w.opened(t, compact)
	if header.Algorithm != "RS256" || header.KeyID == "" || len(header.ExtraHeaders) != 0 {
		t.Errorf("header %+v", header)
	}
	issued, _ := body["iat"].(float64)
	if body["exp"] != issued+120 || body["jti"] == "" {
		t.Errorf("iat %v exp %v jti %v", body["iat"], body["exp"], body["jti"])
	}
	for _, k := range []string{"iat", "exp", "jti"} {
		delete(body, k)
	}
	want = map[string]any{
		"iss": w.issuer, "aud": "unspecified", "client_id": clientID, "client_amr": "private_key_jwt", "token_type": "Bearer",
		"scope":                 "skatteetaten:mva",
		"consumer":              map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + supplier},
		"authorization_details": details(),
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("token (-want +got)\n%s", diff)
	}
}

func TestTheRegistryIsAskedByItsContract(t *testing.T) {
	w := begin(t)
	d := detail()
	d["externalRef"] = "avdeling 7"
	w.grant(t, w.assertion(t, map[string]any{"authorization_details": []any{d}, "resource": []string{"https://api.example"}}))
	asked := w.questions()
	if len(asked) != 1 || asked[0].Method != http.MethodPost || asked[0].Path != "/v1/enrich" || asked[0].Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d questions: %+v", len(asked), asked)
	}
	body := asked[0].Body
	if id, _ := body["request_id"].(string); len(id) != 36 {
		t.Errorf("request_id %q", id)
	}
	delete(body, "request_id")
	want := map[string]any{
		"issuer": w.issuer, "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
		"client": map[string]any{
			"id": clientID, "auth_method": "private_key_jwt",
			"org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + supplier},
		},
		"scope": []any{"skatteetaten:mva"}, "resource": []any{"https://api.example"}, "token_lifetime": float64(120),
		"authorization_details": []any{map[string]any{
			"type": "urn:altinn:systemuser", "externalRef": "avdeling 7",
			"systemuser_org": map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + customer},
		}},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("question (-want +got)\n%s", diff)
	}
	credential, ok := strings.CutPrefix(asked[0].Header.Get("Authorization"), "Bearer ")
	if !ok {
		t.Fatal("no credential")
	}
	header, claims := w.opened(t, credential)
	if header.ExtraHeaders[jose.HeaderType] != "issuer-call+jwt" {
		t.Errorf("typ %v", header.ExtraHeaders[jose.HeaderType])
	}
	issued, _ := claims["iat"].(float64)
	expires, _ := claims["exp"].(float64)
	if claims["iss"] != w.issuer || claims["aud"] != w.registry || expires-issued > 60 || expires <= issued || claims["jti"] == "" {
		t.Errorf("claims %v", claims)
	}
}

func TestEachQuestionHasACredentialOfItsOwn(t *testing.T) {
	w := begin(t)
	for range 2 {
		w.grant(t, w.assertion(t, nil))
	}
	asked := w.questions()
	if len(asked) != 2 || asked[0].Header.Get("Authorization") == asked[1].Header.Get("Authorization") {
		t.Error("a credential was used twice")
	}
}

// The registry bounds the life of a token, and may only shorten it.
func TestTheRegistryMayShortenAToken(t *testing.T) {
	for seconds, want := range map[string]float64{"60": 59, "120": 119, "7200": 119, "0": 119} {
		w := begin(t)
		w.say(fixed(http.StatusOK, "application/json", strings.Replace(yesBody, `"max_token_lifetime":120`, `"max_token_lifetime":`+seconds, 1)))
		if g := w.grant(t, w.assertion(t, nil)); g.Body["expires_in"] != want {
			t.Errorf("%s s: expires_in %v, want %v", seconds, g.Body["expires_in"], want)
		}
	}
}

func TestAllThreeAlgorithmsOfMaskinportenAreTaken(t *testing.T) {
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512} {
		w := begin(t)
		if g := w.grant(t, sign(t, alg, ourKey(), clientKey, w.claims(nil))); g.Status != http.StatusOK {
			t.Errorf("%s: %d %v", alg, g.Status, g.Body)
		}
	}
}

// An API owner gets a token for the registry's decision endpoint by the same
// grant, without details; the registry is not asked.
func TestAnAPIOwnerGetsATokenForTheRegistry(t *testing.T) {
	w := begin(t)
	g := w.grant(t, w.assertion(t, map[string]any{"iss": ownerID, "scope": issuer.ScopeDecide, "authorization_details": nil}))
	if g.Status != http.StatusOK {
		t.Fatalf("%d %v", g.Status, g.Body)
	}
	compact, _ := g.Body["access_token"].(string)
	_, body := w.opened(t, compact)
	if body["aud"] != w.registry || body["scope"] != issuer.ScopeDecide {
		t.Errorf("aud %v, scope %v", body["aud"], body["scope"])
	}
	if _, ok := body["authorization_details"]; ok || len(w.questions()) != 0 {
		t.Error("the token has details, or the registry was asked")
	}
}

func TestAResourceBecomesTheAudience(t *testing.T) {
	w := begin(t)
	g := w.grant(t, w.assertion(t, map[string]any{"resource": []string{"https://api.example"}}))
	compact, _ := g.Body["access_token"].(string)
	if _, body := w.opened(t, compact); body["aud"] != "https://api.example" {
		t.Errorf("aud %v", body["aud"])
	}
}

func TestAnAssertionThatBreaksARuleGetsNothing(t *testing.T) {
	now := func() int64 { return time.Now().Unix() }
	for name, tc := range map[string]struct {
		change map[string]any
		code   string
		mp     string
	}{
		"of nobody we know":           {map[string]any{"iss": "somebody"}, "invalid_grant", "MP-100"},
		"for somebody else":           {map[string]any{"sub": "another"}, "invalid_grant", "MP-100"},
		"to another audience":         {map[string]any{"aud": "https://maskinporten.example/"}, "invalid_grant", "MP-110"},
		"to the token endpoint":       {map[string]any{"aud": "URL" + "token"}, "invalid_grant", "MP-110"},
		"to us and another":           {map[string]any{"aud": []string{"URL", "https://other.example/"}}, "invalid_grant", "MP-110"},
		"to no audience":              {map[string]any{"aud": nil}, "invalid_grant", "MP-110"},
		"to a number":                 {map[string]any{"aud": []int{1}}, "invalid_grant", "MP-110"},
		"without iat":                 {map[string]any{"iat": nil}, "invalid_grant", "MP-011"},
		"without exp":                 {map[string]any{"exp": nil}, "invalid_grant", "MP-011"},
		"of 11 s ago":                 {map[string]any{"iat": now() - 13}, "invalid_grant", "MP-130"},
		"from the future":             {map[string]any{"iat": now() + 20}, "invalid_grant", "MP-130"},
		"that lives too long":         {map[string]any{"exp": now() + 140}, "invalid_grant", "MP-130"},
		"that has expired":            {map[string]any{"iat": now() - 5, "exp": now() - 1}, "invalid_grant", "MP-130"},
		"not valid yet":               {map[string]any{"nbf": now() + 60}, "invalid_grant", "MP-130"},
		"without jti":                 {map[string]any{"jti": nil}, "invalid_grant", "MP-011"},
		"with a huge jti":             {map[string]any{"jti": strings.Repeat("x", 256)}, "invalid_grant", "MP-011"},
		"without scope":               {map[string]any{"scope": nil}, "invalid_scope", "MP-200"},
		"with a scope not allowed":    {map[string]any{"scope": "skatteetaten:mva stafett:decide"}, "invalid_scope", "MP-200"},
		"on behalf of a consumer":     {map[string]any{"consumer_org": customer}, "invalid_request", "consumer_org"},
		"with a member of wrong type": {map[string]any{"scope": 7}, "invalid_request", "MP-011"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			c := w.claims(tc.change)
			switch aud := c["aud"].(type) {
			case string:
				c["aud"] = strings.ReplaceAll(aud, "URL", w.issuer)
			case []string:
				c["aud"] = []string{w.issuer, aud[1]}
			}
			refused(t, w.grant(t, sign(t, jose.RS256, ourKey(), clientKey, c)), http.StatusBadRequest, tc.code, tc.mp)
			if len(w.questions()) != 0 {
				t.Error("the registry was asked")
			}
		})
	}
}

func TestAnAssertionIsGoodOnce(t *testing.T) {
	w := begin(t)
	a := w.assertion(t, nil)
	if g := w.grant(t, a); g.Status != http.StatusOK {
		t.Fatalf("%d %v", g.Status, g.Body)
	}
	refused(t, w.grant(t, a), http.StatusBadRequest, "invalid_grant", "MP-012")

	t.Run("also when the registry said no", func(t *testing.T) {
		w.say(fixed(http.StatusServiceUnavailable, "application/json", `{"error":"temporarily_unavailable"}`))
		a := w.assertion(t, nil)
		refused(t, w.grant(t, a), http.StatusServiceUnavailable, "temporarily_unavailable", "")
		w.say(yes)
		refused(t, w.grant(t, a), http.StatusBadRequest, "invalid_grant", "MP-012")
	})
	t.Run("but nobody else can spend it", func(t *testing.T) {
		c := w.claims(nil)
		refused(t, w.grant(t, sign(t, jose.RS256, foreign(), clientKey, c)), http.StatusBadRequest, "invalid_grant", "MP-124")
		if g := w.grant(t, sign(t, jose.RS256, ourKey(), clientKey, c)); g.Status != http.StatusOK {
			t.Errorf("%d %v", g.Status, g.Body)
		}
	})
	t.Run("and two clients may use the same jti", func(t *testing.T) {
		for _, change := range []map[string]any{
			{"jti": "one"},
			{"jti": "one", "iss": ownerID, "scope": issuer.ScopeDecide, "authorization_details": nil},
		} {
			if g := w.grant(t, w.assertion(t, change)); g.Status != http.StatusOK {
				t.Errorf("%d %v", g.Status, g.Body)
			}
		}
	})
}

func TestASignatureThatDoesNotHoldGetsNothing(t *testing.T) {
	w := begin(t)
	embedded, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: foreign()}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	jws, err := embedded.Sign([]byte(`{"iss":"` + clientID + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	own, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]string{
		"changed after signing":     tamper(w.assertion(t, nil)),
		"by another key":            sign(t, jose.RS256, foreign(), clientKey, w.claims(nil)),
		"by a key we do not know":   sign(t, jose.RS256, ourKey(), "other", w.claims(nil)),
		"by a key without id":       sign(t, jose.RS256, ourKey(), "", w.claims(nil)),
		"by a key in its header":    own,
		"by PS256":                  sign(t, jose.PS256, ourKey(), clientKey, w.claims(nil)),
		"by the public key as HMAC": sign(t, jose.HS256, ourKey().N.Bytes(), clientKey, w.claims(nil)),
		"by none":                   "eyJhbGciOiJub25lIn0." + strings.Split(w.assertion(t, nil), ".")[1] + ".",
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, w.grant(t, a), http.StatusBadRequest, "invalid_grant", "MP-124")
		})
	}
	if len(w.questions()) != 0 {
		t.Error("the registry was asked")
	}
}

func TestAnAssertionThatTwoParsersCouldReadApartGetsNothing(t *testing.T) {
	w := begin(t)
	twice := `{"iss":"` + clientID + `","iss":"` + ownerID + `","aud":"` + w.issuer + `"}`
	for name, a := range map[string]string{
		"a member twice": sign(t, jose.RS256, ourKey(), clientKey, twice),
		"not an object":  sign(t, jose.RS256, ourKey(), clientKey, `[]`),
		"not JSON":       sign(t, jose.RS256, ourKey(), clientKey, `{`),
		"not a JWS":      "a.b",
		"a JSON form":    `{"payload":"e30","protected":"e30","signature":"x.y.z"}`,
		"too large":      w.assertion(t, map[string]any{"padding": strings.Repeat("x", 20_000)}),
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, w.grant(t, a), http.StatusBadRequest, "invalid_request", "MP-011")
		})
	}
}

func TestDetailsAreReadByRFC9396(t *testing.T) {
	with := func(k string, v any) []any {
		d := detail()
		if v == nil {
			delete(d, k)
		} else {
			d[k] = v
		}
		return []any{d}
	}
	org := func(authority, id string) map[string]any { return map[string]any{"authority": authority, "ID": id} }
	for name, tc := range map[string]struct {
		details any
		mp      string
	}{
		"unknown type":              {with("type", "urn:altinn:consent"), "MP-301"},
		"no type":                   {with("type", nil), "MP-301"},
		"a type that is a number":   {with("type", 1), "MP-303"},
		"unknown member":            {with("purpose", "x"), "MP-302"},
		"member in another case":    {with("ExternalRef", "x"), "MP-302"},
		"an output member":          {with("systemuser_id", []string{userID}), "MP-302"},
		"unknown member inside":     {with("systemuser_org", map[string]any{"authority": "iso6523-actorid-upis", "ID": "0192:" + customer, "name": "x"}), "MP-302"},
		"no customer":               {with("systemuser_org", nil), "MP-303"},
		"customer as text":          {with("systemuser_org", customer), "MP-303"},
		"another authority":         {with("systemuser_org", org("other", "0192:"+customer)), "MP-303"},
		"a number without prefix":   {with("systemuser_org", org("iso6523-actorid-upis", customer)), "MP-303"},
		"a wrong check digit":       {with("systemuser_org", org("iso6523-actorid-upis", "0192:355913618")), "MP-303"},
		"an empty reference":        {with("externalRef", ""), "MP-303"},
		"a long reference":          {with("externalRef", strings.Repeat("ø", 256)), "MP-303"},
		"a reference that is none":  {with("externalRef", []string{"x"}), "MP-303"},
		"two customers":             {[]any{detail(), detail()}, "MP-303"},
		"none":                      {[]any{}, "MP-303"},
		"null":                      {[]any{nil}, "MP-303"},
		"an object without a list":  {detail(), "MP-303"},
		"the list as text":          {`[{"type":"urn:altinn:systemuser"}]`, "MP-303"},
		"a list of lists":           {[]any{[]any{}}, "MP-303"},
		"nothing where a list goes": {false, "MP-303"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			g := w.grant(t, w.assertion(t, map[string]any{"authorization_details": tc.details}))
			refused(t, g, http.StatusBadRequest, "invalid_authorization_details", tc.mp)
			if len(w.questions()) != 0 {
				t.Error("the registry was asked")
			}
		})
	}
}

// Whatever the registry answers that is not a clear yes to the very question
// ends without a token.
func TestWithoutAClearYesThereIsNoToken(t *testing.T) {
	swap := func(old, by string) http.HandlerFunc {
		if !strings.Contains(yesBody, old) {
			t.Fatalf("%q is not in the answer", old)
		}
		return fixed(http.StatusOK, "application/json", strings.Replace(yesBody, old, by, 1))
	}
	const js = "application/json"
	const down, denied, fault = "temporarily_unavailable", "invalid_altinn_customer_configuration", "server_error"
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		status int
		code   string
		mp     string
	}{
		"denied":                {fixed(403, js, `{"error":"access_denied","reason":"no_system_user"}`), 400, denied, "MP-303"},
		"unknown type":          {fixed(400, js, `{"error":"invalid_authorization_details","reason":"unknown_type"}`), 400, "invalid_authorization_details", "MP-301"},
		"unknown member":        {fixed(400, js, `{"error":"invalid_authorization_details","reason":"unknown_field"}`), 400, "invalid_authorization_details", "MP-302"},
		"bad value":             {fixed(400, js, `{"error":"invalid_authorization_details","reason":"invalid_value"}`), 400, "invalid_authorization_details", "MP-303"},
		"ambiguous":             {fixed(409, js, `{"error":"ambiguous"}`), 400, "invalid_authorization_details", "MP-303"},
		"our question is bad":   {fixed(400, js, `{"error":"invalid_request"}`), 500, fault, ""},
		"we are unknown":        {fixed(401, js, `{"error":"invalid_token"}`), 500, fault, ""},
		"we may not ask":        {fixed(403, js, `{"error":"caller_not_allowed"}`), 500, fault, ""},
		"a proxy says no":       {fixed(403, "text/html", `<h1>Forbidden</h1>`), 500, fault, ""},
		"slow down":             {fixed(429, js, `{"error":"slow_down"}`), 503, down, ""},
		"down":                  {fixed(503, js, `{"error":"temporarily_unavailable"}`), 503, down, ""},
		"broken":                {fixed(500, js, `{}`), 503, down, ""},
		"not there":             {fixed(404, js, yesBody), 503, down, ""},
		"nothing":               {fixed(204, js, ""), 503, down, ""},
		"a yes with status 201": {fixed(201, js, yesBody), 503, down, ""},
		"a redirect": {func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, 503, down, ""},
		"an empty body":         {fixed(200, js, ""), 503, down, ""},
		"an empty object":       {fixed(200, js, "{}"), 503, down, ""},
		"an empty list":         {fixed(200, js, `{"authorization_details":[]}`), 503, down, ""},
		"null":                  {fixed(200, js, `{"authorization_details":null}`), 503, down, ""},
		"half an answer":        {fixed(200, js, yesBody[:len(yesBody)/2]), 503, down, ""},
		"a page":                {fixed(200, "text/html", yesBody), 503, down, ""},
		"a huge answer":         {fixed(200, js, yesBody+strings.Repeat(" ", 70_000)), 503, down, ""},
		"a member twice":        {swap(`"systemuser_id":`, `"systemuser_id":["x"],"systemuser_id":`), 503, down, ""},
		"two details":           {fixed(200, js, `{"authorization_details":[`+strings.Repeat(`{"type":"urn:altinn:systemuser"},`, 2)+`{}]}`), 503, down, ""},
		"another type":          {swap("urn:altinn:systemuser", "urn:altinn:consent"), 503, down, ""},
		"another customer":      {swap(customer, "233505862"), 503, down, ""},
		"two system users":      {swap(`"`+userID+`"`, `"`+userID+`","`+userID+`"`), 503, down, ""},
		"no system user":        {swap(`"`+userID+`"`, ""), 503, down, ""},
		"a system user by name": {swap(userID, "fakturaflyt"), 503, down, ""},
		"no system":             {swap(systemID, ""), 503, down, ""},
		"a cut connection": {func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		}, 503, down, ""},
		"no answer in time": {func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done() // until the issuer gives up
		}, 503, down, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			w.say(tc.answer)
			refused(t, w.grant(t, w.assertion(t, nil)), tc.status, tc.code, tc.mp)
		})
	}
}

func TestTheFormOfATokenRequest(t *testing.T) {
	w := begin(t)
	const bearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	for name, tc := range map[string]struct {
		form url.Values
		code string
	}{
		"no grant":          {url.Values{"assertion": {"x"}}, "invalid_request"},
		"another grant":     {url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}}, "unsupported_grant_type"},
		"no assertion":      {url.Values{"grant_type": {bearer}}, "invalid_request"},
		"a parameter twice": {url.Values{"grant_type": {bearer}, "assertion": {w.assertion(t, nil), w.assertion(t, nil)}}, "invalid_request"},
		"details beside it": {url.Values{"grant_type": {bearer}, "assertion": {w.assertion(t, nil)}, "authorization_details": {"[]"}}, "invalid_authorization_details"},
		"too large":         {url.Values{"grant_type": {bearer}, "assertion": {strings.Repeat("x", 70_000)}}, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, w.post(t, tc.form), http.StatusBadRequest, tc.code, "")
		})
	}
	t.Run("in the query", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			w.issuer+"token?"+url.Values{"grant_type": {bearer}, "assertion": {w.assertion(t, nil)}}.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, w.do(t, req), http.StatusBadRequest, "invalid_request", "MP-011")
	})
	t.Run("by GET", func(t *testing.T) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.issuer+"token?grant_type="+bearer, nil)
		if err != nil {
			t.Fatal(err)
		}
		if g := w.do(t, req); g.Status != http.StatusMethodNotAllowed {
			t.Errorf("%d", g.Status)
		}
	})
}

func TestMetadataAndKeysAreWhereTheySayTheyAre(t *testing.T) {
	w := begin(t)
	get := func(to string) got {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.do(t, req)
	}
	want := map[string]any{
		"issuer": w.issuer, "token_endpoint": w.issuer + "token", "jwks_uri": w.issuer + "jwk",
		"token_endpoint_auth_methods_supported":            []any{"private_key_jwt"},
		"token_endpoint_auth_signing_alg_values_supported": []any{"RS256", "RS384", "RS512"},
		"grant_types_supported":                            []any{"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"response_types_supported":                         []any{},
		"scopes_supported":                                 []any{"skatteetaten:a-melding", "skatteetaten:mva", "stafett:decide"},
		"authorization_details_types_supported":            []any{"urn:altinn:systemuser"},
	}
	if diff := cmp.Diff(want, get(w.issuer+".well-known/oauth-authorization-server").Body); diff != "" {
		t.Errorf("metadata (-want +got)\n%s", diff)
	}
	keys, _ := get(w.issuer + "jwk").Body["keys"].([]any)
	if len(keys) != 1 {
		t.Fatalf("keys %v", keys)
	}
	key, _ := keys[0].(map[string]any)
	if key["kid"] != "issuer-key-1" || key["use"] != "sig" || key["alg"] != "RS256" || key["d"] != nil {
		t.Errorf("key %v", key)
	}
}
