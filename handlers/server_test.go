package handlers_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stafett/stafett/handlers"
	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// isFailure demands a problem document of the code.
func isProblem(t *testing.T, r *kit.Response, status int, code models.Code) {
	t.Helper()
	if r.Want(status); r.Header.Get("Content-Type") != "application/problem+json" || r.Code() != string(code) {
		t.Errorf("%s: %s", r.Header.Get("Content-Type"), r.Body)
	}
}

// pathOf is the route's path with an id in it.
func pathOf(r handlers.Route) string {
	path := strings.NewReplacer(":id", "704013ee-e82a-433e-83c5-a40e6e00d746", ":provider", "test").Replace(r.Path)
	return strings.TrimSuffix(path, "*")
}

// answers reports whether a route answers the path, with any value where its own
// path has one.
func answers(routes []handlers.Route, method, path string) bool {
	words := strings.Split(path, "/")
	return slices.ContainsFunc(routes, func(r handlers.Route) bool {
		return (r.Method == method || method == http.MethodHead && r.Method == http.MethodGet) &&
			slices.EqualFunc(strings.Split(r.Path, "/"), words, func(own, word string) bool { return own == word || strings.HasPrefix(own, ":") })
	})
}

// A method that a path has not is 405 with the ones that it has, as a page for
// people and as a problem for programs, and does nothing.
func TestMethodsThatARouteHasNot(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	allowed := map[string][]string{}
	programs := map[string]bool{}
	for _, r := range s.Server.Routes() {
		allowed[pathOf(r)] = append(allowed[pathOf(r)], r.Method)
		if r.Method == http.MethodGet {
			allowed[pathOf(r)] = append(allowed[pathOf(r)], http.MethodHead)
		}
		programs[pathOf(r)] = r.Audience == handlers.Programs
	}
	before := s.Snapshot()
	for path, methods := range allowed {
		for _, m := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW"} {
			if slices.Contains(methods, m) || answers(s.Server.Routes(), m, path) {
				continue
			}
			r := c.Do(m, path, "", "")
			if r.Status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", m, path, r.Status)
			}
			for _, want := range methods {
				if !strings.Contains(r.Header.Get("Allow"), want) {
					t.Errorf("%s %s: Allow is %q, lacks %s", m, path, r.Header.Get("Allow"), want)
				}
			}
			if m != "HEAD" && programs[path] && r.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s: a program is answered %s", m, path, r.Header.Get("Content-Type"))
			}
		}
		r := c.With("X-Http-Method-Override", "DELETE").With("X-Method-Override", "POST").Do("BREW", path, "", "")
		if r.Status != http.StatusMethodNotAllowed {
			t.Errorf("a header changes the method of %s: %d", path, r.Status)
		}
	}
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}

// HEAD is GET without the body (RFC 9110 section 9.3.2): the same status and
// headers for whoever asks.
func TestHeadIsGetWithoutTheBody(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for name, c := range map[string]*kit.Client{"nobody": s.Anonymous(t), "a person": s.As(t, kit.DirectorA), "without organisation": s.AsAt(t, kit.DirectorA, "", 4)} {
		for _, r := range s.Server.Routes() {
			if r.Method != http.MethodGet || r.Name == "login.start" {
				continue
			}
			got, head := c.Do("GET", pathOf(r), "", ""), c.Do("HEAD", pathOf(r), "", "")
			if got.Status != head.Status || got.Location() != head.Location() || got.Header.Get("Content-Type") != head.Header.Get("Content-Type") {
				t.Errorf("%s, %s: GET %d %s %s, HEAD %d %s %s", name, r.Path, got.Status, got.Location(), got.Header.Get("Content-Type"),
					head.Status, head.Location(), head.Header.Get("Content-Type"))
			}
		}
	}
}

func TestAnAddressThatIsNoRoute(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	person, program := s.As(t, kit.ApproverP), s.Bearer(t, "x")
	for _, path := range []string{"/absent", "/requests/x/y/z", "/v1", "/v1/absent", "/authentication/api/v1/absent", "/assets", "/metrics", "/debug/pprof/", "/.git/config", "/requests/1/x.css", "/supplier"} {
		r := person.Get(path).Want(http.StatusNotFound)
		if r.Page().H1() == "" || !strings.Contains(r.Body, kit.ApproverP.Name) {
			t.Errorf("%s: the page has lost who is signed in", path)
		}
		isProblem(t, program.Get(path), http.StatusNotFound, models.CodeNotFound)
	}
}

func TestProgramsMaySpellPathsAsTheyLike(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for _, path := range []string{"/V1/ENRICH", "/v1/enrich/", "/V1/Enrich/"} {
		isProblem(t, s.Bearer(t, s.IssuerCall(kit.Issuer1, nil)).PostJSON(path, "{}"), http.StatusBadRequest, models.CodeInvalid)
	}
	lookup := s.AccessToken(kit.SupplierA, "altinn:maskinporten/systemuser.read", nil)
	for _, path := range []string{
		"/authentication/api/v1/systemuser/byexternalid", "/AUTHENTICATION/API/V1/SYSTEMUSER/BYEXTERNALID/", "/Authentication/api/v1/SystemUser/byExternalId",
	} {
		isProblem(t, s.Bearer(t, lookup).Get(path+"?CLIENTID=a&SystemProviderOrgNo=343940092&SYSTEMUSEROWNERORGNO=355913619"), http.StatusNotFound, models.CodeNotFound)
	}
	confirm := "/AccessManagement/UI/SystemUser/Request?ID=704013EE-E82A-433E-83C5-A40E6E00D746"
	if r := s.Anonymous(t).Get(confirm).Want(http.StatusSeeOther); r.Location() != "/requests/704013ee-e82a-433e-83c5-a40e6e00d746" {
		t.Errorf("%s leads to %q", confirm, r.Location())
	}
	s.As(t, kit.ApproverP).Get("/REQUESTS").Want(http.StatusNotFound) // pages have one address
}

// A path that two servers could read differently is refused before any route
// sees it (security D8).
func TestPathsThatAreNotClean(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.ApproverP)
	for _, path := range []string{
		"//requests", "/requests//x", "/./requests", "/requests/../systemusers", "/requests/%2e%2e/systemusers", "/requests/..", "/requests/.",
		"/requests%2fx", "/requests/%2Fx", "/requests;x=1", "/requests/%5cx", "/requests/%00", "/requests/x%0d%0aSet-Cookie:%20a=b", "/requests/..;/x",
		"/v1//enrich", "/v1/../v1/enrich", "/V1/%2e%2e/enrich", "/v1%2fenrich", "/V1%2Fenrich/",
	} {
		if r := c.Get(path); r.Status != http.StatusBadRequest || r.Header.Get("Set-Cookie") != "" && strings.Contains(r.Header.Get("Set-Cookie"), "a=b") {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
	c.Get("/requests?" + strings.Repeat("x", 4<<10)).Want(http.StatusBadRequest)
	c.Get("/requests?next=//x/../y%2f%00").Want(http.StatusOK) // a query may hold anything
}

func TestABodyThatIsTooLarge(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	large := strings.Repeat("x", 64<<10+1)
	person := s.As(t, kit.DeveloperA)
	if r := person.Post("/supplier/systems/new", url.Values{"op": {"save"}, "name_nb": {large}}); r.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form: %d", r.Status)
	}
	isProblem(t, s.Bearer(t, s.IssuerCall(kit.Issuer1, nil)).PostJSON("/v1/enrich", large), http.StatusRequestEntityTooLarge, models.CodeTooLarge)
	// A body that does not say how long it is.
	for path, media := range map[string]string{"/v1/enrich": "application/json", "/supplier/systems/new": "application/x-www-form-urlencoded"} {
		c := person
		if media == "application/json" {
			c = s.Bearer(t, s.IssuerCall(kit.Issuer1, nil))
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, kit.PublicURL+path, io.MultiReader(strings.NewReader("a="), strings.NewReader(large)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", media)
		if media == "application/json" {
			req.Header.Set("Authorization", "Bearer "+s.IssuerCall(kit.Issuer1, nil))
		}
		if r := c.Send(req, large); r.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s without a length: %d %s", path, r.Status, r.Body)
		}
	}
	many := url.Values{"items": slices.Repeat([]string{"x"}, 201)}
	if r := person.Post("/supplier/systems/"+string(s.System(t, kit.DeveloperA, "one").ID)+"/requests/new", many); r.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("201 values of a field: %d", r.Status)
	}
}

// Every form of every page, posted from elsewhere, does nothing (security D1).
func TestFormsFromOtherSites(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	director := s.As(t, kit.DirectorA)
	before := s.Snapshot()
	for _, r := range s.Server.Routes() {
		if r.Audience != handlers.People || r.Method != http.MethodPost {
			continue
		}
		for name, headers := range map[string]map[string]string{
			"cross-site":            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
			"same-site":             {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.stafett.example"},
			"an old browser":        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
			"another port":          {"Sec-Fetch-Site": "", "Origin": "https://stafett.example:8443"},
			"an origin that is not": {"Sec-Fetch-Site": "", "Origin": "null"},
		} {
			c := director
			for h, v := range headers {
				c = c.With(h, v)
			}
			session := c.Cookie("__Host-stafett")
			res := c.Do(http.MethodPost, pathOf(r), "application/x-www-form-urlencoded", registration("evil", "Evil").Encode())
			if res.Status != http.StatusForbidden || !strings.Contains(res.Header.Get("Content-Type"), "text/html") {
				t.Errorf("%s %s: %d", name, r.Path, res.Status)
			}
			if c.Cookie("__Host-stafett") != session {
				t.Errorf("%s %s: the session changed", name, r.Path)
			}
		}
	}
	if s.Snapshot() != before {
		t.Error("something changed")
	}
}

// What a form may look like on the wire.
func TestFormsOfOtherMediaTypes(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	developer := s.As(t, kit.DeveloperA).With("Origin", kit.PublicURL).With("Sec-Fetch-Site", "same-origin")
	before := s.Snapshot()
	for media, body := range map[string]string{
		"application/json": text(map[string]string{"op": "save"}), "text/plain": registration("a", "A").Encode(), "": registration("a", "A").Encode(),
		"multipart/form-data; boundary=x":                  "--x\r\nContent-Disposition: form-data; name=\"op\"\r\n\r\nsave\r\n--x--\r\n",
		"application/x-www-form-urlencoded; charset=utf-7": "op=save", "; ;": "op=save", "application/x-www-form-urlencoded": "op=save&name_nb=%zz",
	} {
		if r := developer.Do(http.MethodPost, "/supplier/systems/new", media, body); r.Status < 400 && !strings.Contains(r.Header.Get("Content-Type"), "text/html") || r.Status == http.StatusSeeOther {
			t.Errorf("%q: %d", media, r.Status)
		}
	}
	if s.Snapshot() != before {
		t.Error("something was stored")
	}
}

// Nothing that a caller says about where we are is believed (security C7).
func TestAddressesComeFromTheConfiguration(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	r := s.Request(t, kit.DeveloperA, s.System(t, kit.DeveloperA, "one"), kit.CustomerP, "")
	c := s.As(t, kit.DeveloperA)
	for name, value := range map[string]string{
		"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Forwarded": "host=evil.example;proto=http", "X-Original-Url": "/evil", "X-Rewrite-Url": "/evil",
		"X-Forwarded-Prefix": "/evil", "X-Forwarded-For": "evil.example", "X-Real-Ip": "evil.example",
	} {
		c = c.With(name, value)
	}
	for _, path := range []string{"/supplier/requests/" + string(r.ID), "/.well-known/authzen-configuration", "/login/test", "/absent", "/openapi.json"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, kit.PublicURL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		res := c.Send(req, "")
		for _, text := range append(slices.Concat(slices.Collect(maps.Values(res.Header))...), res.Body) {
			if strings.Contains(text, "evil") {
				t.Errorf("%s repeats a host that it was told: %.200s", path, text)
			}
		}
	}
}

// A request id of the caller's comes back when it is harmless, and never as it
// stands in our own records otherwise.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	c := kit.New(t).Anonymous(t)
	if got := c.With("X-Request-Id", "abc-123_x.Y").Get("/").Header.Get("X-Request-Id"); got != "abc-123_x.Y" {
		t.Errorf("a harmless id came back as %q", got)
	}
	for _, sent := range []string{"a b", "a\tb", strings.Repeat("a", 65), "<script>", "a\"b", "ø", "a;b"} {
		if got := c.With("X-Request-Id", sent).Get("/").Header.Get("X-Request-Id"); got == sent || len(got) != 36 {
			t.Errorf("%q came back as %q", sent, got)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.Bearer(t, "x")
	c.Get("/health/ready").Want(http.StatusOK)
	if err := s.Store.Close(); err != nil {
		t.Fatal(err)
	}
	c.Get("/health/live").Want(http.StatusOK)
	isProblem(t, c.Failing().Get("/health/ready"), http.StatusServiceUnavailable, models.CodeUnavailable)
}
