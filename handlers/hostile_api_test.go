package handlers_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/handlers"
	"github.com/stafett/stafett/handlers/api"
	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

// atLeast is how many hostile questions every route of the API is asked.
const atLeast = 500 / oneInAPI

// tally counts the answers to hostile questions.
type tally struct {
	mu                                      sync.Mutex
	routes                                  map[string]bool
	questions, succeeded, refused, restored int
	least, most                             int
}

func (all *tally) add(n, succeeded, refused, restored int) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.questions += n
	all.succeeded += succeeded
	all.refused += refused
	all.restored += restored
	all.most = max(all.most, n)
	if all.least == 0 || n < all.least {
		all.least = n
	}
}

// elsewhere are the operations that are no part of the API; see hostile_test.go.
var elsewhere = []string{"getAuthzenConfiguration", "getOpenapi", "getLiveness", "getReadiness", "endLogins", "enrich", "evaluate", "findSystemUserByExternalId"}

// Every route that programs ask with a token is asked what it does not expect,
// by a caller whose good question succeeds: it refuses with a problem document
// of the list and changes nothing, or does what the description lets it do.
func TestHostileQuestionsOfTheAPI(t *testing.T) {
	t.Parallel()
	strs := append(nasty(t), thinned(injections(t), 0)...)
	docs, all := documents(t), &tally{routes: map[string]bool{}}
	t.Run("routes", func(t *testing.T) {
		for path, item := range description(t).Paths.Map() {
			for method, op := range item.Operations() {
				if slices.Contains(elsewhere, op.OperationID) {
					continue
				}
				all.routes[addressed(method, path)] = true
				t.Run(op.OperationID, func(t *testing.T) {
					t.Parallel()
					besieged(t, method, path, item, op, strs, docs).ask(t, all)
				})
			}
		}
	})
	for _, r := range kit.New(t).Server.Routes() {
		if r.Audience == handlers.Programs && r.Guard == handlers.Token && !slices.Contains([]string{"enrich", "evaluation", "systemuser.by_external_id"}, r.Name) && !all.routes[addressed(r.Method, r.Path)] {
			t.Errorf("%s %s (%s) was not asked", r.Method, r.Path, r.Name)
		}
	}
	t.Logf("%d routes, %d to %d questions each, %d in all: %d succeeded, %d were refused; %d changed something and were undone",
		len(all.routes), all.least, all.most, all.questions, all.succeeded, all.refused, all.restored)
}

var valueIn = regexp.MustCompile(`:[^/]+|\{[^/]+\}`)

// addressed names a route, whoever writes its path.
func addressed(method, path string) string {
	return method + " " + strings.ToLower(valueIn.ReplaceAllString(path, "{}"))
}

// siege is a site at which an operation is asked.
type siege struct {
	good
	site      *kit.Site
	client    *kit.Client
	before    string // the snapshot
	undo      func()
	questions []attempt
	succeeded int
	refused   int
	restored  int
}

func besieged(t *testing.T, method, path string, item *openapi3.PathItem, op *openapi3.Operation, strs, docs []string) *siege {
	t.Helper()
	s := &siege{site: kit.New(t)}
	client, words := scenes[op.OperationID](t, s.site)
	r := strings.NewReplacer(slices.Concat(words, usual)...)
	var longest sample
	for _, q := range samplesOf(t, method, path, item, op) {
		if len(q.body) > len(longest.body) || longest.method == "" || len(q.body) == len(longest.body) && q.body < longest.body {
			longest = q
		}
	}
	address, query, _ := strings.Cut(r.Replace(longest.target), "?")
	s.client = client
	s.good = good{
		attempt: attempt{method: method, path: address, query: query, media: longest.media, body: r.Replace(longest.body), fine: true},
		pattern: path, op: op, params: slices.Concat(item.Parameters, op.Parameters),
	}
	s.questions = s.derived(strs, docs)
	return s
}

// codes are those of problem documents: ours and Altinn's.
var codes = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, c := range models.Codes() {
		all[string(c)] = true
	}
	for _, m := range api.Meanings() {
		all[m.Code] = true
	}
	return all
})

// invalidities are the codes of validationErrors (altinn-api.md section 2.2).
var invalidities = regexp.MustCompile(`^AUTH\.VLD-000(0[0-9]|1[1-8])$`)

// answerHeaders are those that an answer may have.
var answerHeaders = []string{
	"Allow", "Cache-Control", "Content-Security-Policy", "Content-Type", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Etag", "Idempotency-Replayed", "Link", "Location",
	"Permissions-Policy", "Referrer-Policy", "Retry-After", "Stafett-Repeat", "Strict-Transport-Security", "Vary", "Www-Authenticate", "X-Content-Type-Options", "X-Frame-Options", "X-Request-Id",
	"Content-Language", // of the page about an address that is none
}

// ask puts every question and holds the answers to what the test is about.
func (s *siege) ask(t *testing.T, all *tally) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the good question is %s %s %s", s.method, s.target(), s.body)
		}
	})
	s.undo = s.site.Keep()
	s.before = s.site.Snapshot()
	s.put(t, s.attempt)
	n := 0
	for _, q := range s.questions {
		if q.sendable() {
			n++
			s.put(t, q)
		}
	}
	if n < atLeast {
		t.Errorf("only %d questions", n)
	}
	for _, event := range s.site.Logs.Events(t) {
		if event["msg"] == nil {
			t.Errorf("an event without a message: %v", event)
		}
	}
	all.add(n, s.succeeded, s.refused, s.restored)
}

func (s *siege) put(t *testing.T, q attempt) {
	t.Helper()
	c := s.client.In(t)
	if q.name != "" {
		c = c.With(q.name, q.header[0], q.header[1:]...)
	}
	r := c.Do(q.method, q.target(), q.media, q.body)
	input := q.value + " " + q.target() + " " + q.body
	harmless(t, input, r)
	if q.fine && r.Status >= 400 {
		t.Errorf("%s %.300s with %s %q %.300s is answered %d %s", q.method, q.target(), q.name, q.header, q.body, r.Status, r.Body)
	}
	for name, values := range r.Header {
		if !slices.Contains(answerHeaders, name) || strings.ContainsFunc(strings.Join(values, ""), func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%.200q is answered with the header %s: %q", input, name, values)
		}
	}
	switch {
	case r.Status < 300:
		s.succeeded++
	case r.Status >= 400:
		s.refused++
		s.refusal(t, q, r)
	default:
		t.Errorf("%.200q is answered %d", input, r.Status)
	}
	s.unchanged(t, q, r)
}

// refusal demands a problem document of the list.
func (s *siege) refusal(t *testing.T, q attempt, r *kit.Response) {
	t.Helper()
	if q.method == http.MethodDelete && r.Status == http.StatusNotFound && r.Body == "0" {
		return // as Altinn does (altinn-api.md section 1.2)
	}
	media := r.Header.Get("Content-Type")
	if media != "application/problem+json" {
		t.Errorf("%s %.300s is refused with %d %s", q.method, q.target(), r.Status, media)
	}
	if q.method == http.MethodHead || media != "application/problem+json" {
		return
	}
	doc := r.JSON()
	if code, _ := doc["code"].(string); !codes()[code] {
		t.Errorf("code %q is not in the list: %s", code, r.Body)
	} else if code != "STD-00000" {
		return
	}
	faults, _ := doc["validationErrors"].([]any)
	bindings, _ := doc["errors"].(map[string]any)
	if len(faults)+len(bindings) == 0 {
		t.Errorf("it does not say what is wrong: %s", r.Body)
	}
	for _, f := range faults {
		if code, _ := f.(map[string]any)["code"].(string); !invalidities.MatchString(code) {
			t.Errorf("code %q is not in the list: %s", code, r.Body)
		}
	}
}

// unchanged demands that only a question that may write, and succeeds, changes
// anything. What it has changed is undone, so that the next one could succeed too.
func (s *siege) unchanged(t *testing.T, q attempt, r *kit.Response) {
	t.Helper()
	after := s.site.Snapshot()
	if after == s.before {
		return
	}
	if r.Status >= 300 || slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions}, q.method) {
		t.Errorf("%s %.300s %.300s was answered %d, and changed something:\n%s", q.method, q.target(), q.body, r.Status, cmp.Diff(s.before, after))
	}
	s.undo()
	s.restored++
}
