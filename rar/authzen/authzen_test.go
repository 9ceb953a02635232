package authzen_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/rar"
	"github.com/stafett/stafett/rar/authzen"
)

const (
	issuer   = "https://issuer.example/"
	system   = "991825827_smartcloud"
	customer = party.OrgNo("313775429")
	other    = party.OrgNo("923609016")
	user     = models.ID("704013ee-e82a-433e-83c5-a40e6e00d746")
	question = `{"subject":{"type":"urn:altinn:systemuser","id":"704013ee-e82a-433e-83c5-a40e6e00d746"},
 "action":{"name":"read"},
 "resource":{"type":"urn:altinn:resource","id":"kravogbetaling","properties":{"party":"urn:altinn:organization:identifier-no:313775429"}}}`
	told = `"id":"704013ee-e82a-433e-83c5-a40e6e00d746","properties":{"owner":"0192:313775429","system_id":"991825827_smartcloud","client_id":"c1","vendor":"0192:991825827"}`
)

var noon = time.Date(2026, 11, 21, 12, 0, 7, 0, time.UTC)

// facts is a Lookup that says what the test has put into it.
type facts struct {
	held       rar.Held
	binding    rar.Binding
	heldErr    error
	bindingErr error
	asked      []rar.Question
	queried    []rar.Query
}

func (f *facts) Binding(_ context.Context, q rar.Query) (rar.Binding, error) {
	f.queried = append(f.queried, q)
	return f.binding, f.bindingErr
}
func (f *facts) Why(context.Context, rar.Query, string) (rar.Reason, error) { return "", nil }
func (f *facts) Holds(_ context.Context, q rar.Question) (rar.Held, error) {
	f.asked = append(f.asked, q)
	return f.held, f.heldErr
}

// book is a Ledger that keeps first lines, or fails.
type book struct {
	down   error
	firsts []rar.Decision
}

func (b *book) First(_ context.Context, d rar.Decision, _ int64) error {
	b.firsts = append(b.firsts, d)
	return b.down
}
func (b *book) Repeat(context.Context, []rar.Count) error { return b.down }

func whole() *facts {
	return &facts{
		held:    rar.Held{Known: true, Live: true, Kind: "standard", Customer: customer, SystemID: system, Holds: true, ResourceKnown: true, Used: true},
		binding: rar.Binding{ClientKnown: true, SystemID: system},
	}
}

func ask(t *testing.T, f *facts, b *book, body string) (authzen.Response, error) {
	t.Helper()
	e := authzen.Evaluator{
		Lookup: f, Journal: rar.NewJournal(b),
		Now: func() time.Time { return noon }, NewID: func() models.ID { return "d" },
	}
	return e.Ask(t.Context(), rar.Caller{Name: "api", Issuer: issuer}, []byte(body))
}

func TestAYes(t *testing.T) {
	cases := map[string]string{
		"plain":                     question,
		"told all about itself":     replace(t, question, `"id":"704013ee-e82a-433e-83c5-a40e6e00d746"`, told),
		"party as a bare number":    replace(t, question, "urn:altinn:organization:identifier-no:313775429", "313775429"),
		"party under its authority": replace(t, question, "urn:altinn:organization:identifier-no:313775429", "0192:313775429"),
		"id in capitals":            replace(t, question, "704013ee-e82a", "704013EE-E82A"),
		"with what we do not know":  replace(t, question, `"action":{`, `"context":{"token":{"jti":"x"}},"options":[1,{}],"action":{"properties":{"x":1},`),
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			f, b := whole(), &book{}
			got, err := ask(t, f, b, body)
			if err != nil || !got.Decision {
				t.Fatalf("decision %v, error %v, want a yes", got.Decision, err)
			}
			want := []rar.Question{{SystemUser: user, Resource: "kravogbetaling", Action: "read", Party: customer}}
			if diff := cmp.Diff(want, f.asked); diff != "" {
				t.Errorf("asked the store (-want +got):\n%s", diff)
			}
			for _, q := range f.queried {
				if q.Issuer != issuer || q.ClientID != "c1" {
					t.Errorf("looked for client %q of %q, want c1 of the caller's issuer", q.ClientID, q.Issuer)
				}
			}
		})
	}
}

// An agent acts for whoever is attached to it, and is its owner's all the same.
func TestAnAgentForAClient(t *testing.T) {
	f := whole()
	f.held.Kind, f.held.Attached, f.held.Customer = "agent", true, other
	got, err := ask(t, f, &book{}, question)
	if err != nil || !got.Decision {
		t.Errorf("decision %v, error %v, want a yes", got.Decision, err)
	}
	all := replace(t, question, `"id":"704013ee-e82a-433e-83c5-a40e6e00d746"`, told) // the client as owner
	if got, err := ask(t, f, &book{}, all); err != nil || got.Decision {
		t.Errorf("decision %v, error %v, want a no to another owner", got.Decision, err)
	}
}

func TestANo(t *testing.T) {
	all := replace(t, question, `"id":"704013ee-e82a-433e-83c5-a40e6e00d746"`, told)
	cases := []struct {
		name string
		cut  func(*facts)
		body string
		why  rar.Reason
	}{
		{"unknown", func(f *facts) { f.held.Known = false }, question, rar.ReasonUserUnknown},
		{"ended", func(f *facts) { f.held.Live = false }, question, rar.ReasonUserEnded},
		{"paused", func(f *facts) { f.held.Paused = true }, question, rar.ReasonPaused},
		{"over, to the millisecond", func(f *facts) { f.held.ValidTo = noon }, question, rar.ReasonOver},
		{"an agent for somebody who is no client", func(f *facts) { f.held.Kind = "agent" }, question, rar.ReasonNoClient},
		{"an agent that the client has not given the right", func(f *facts) { f.held.Kind, f.held.Attached, f.held.Holds = "agent", true, false }, question, rar.ReasonNotHeld},
		{"a standard system user is not made another's by clients", func(f *facts) { f.held.Attached, f.held.Customer = true, other }, question, rar.ReasonOtherParty},
		{"another organisation's", func(f *facts) { f.held.Customer = other }, question, rar.ReasonOtherParty},
		{"right not held", func(f *facts) { f.held.Holds = false }, question, rar.ReasonNotHeld},
		{"resource unknown", func(f *facts) { f.held.ResourceKnown = false }, question, rar.ReasonResource},
		{"another party asked about", nil, replace(t, question, "313775429", string(other)), rar.ReasonOtherParty},
		{"another owner told", nil, replace(t, all, "0192:313775429", "0192:923609016"), authzen.ReasonSubjectDiffers},
		{"another system told", nil, replace(t, all, "827_smartcloud", "827_other"), authzen.ReasonSubjectDiffers},
		{"an empty system told", nil, replace(t, all, "991825827_smartcloud", ""), authzen.ReasonSubjectDiffers},
		{"another vendor told", nil, replace(t, all, "0192:991825827", "0192:923609016"), authzen.ReasonSubjectDiffers},
		{"client unknown", func(f *facts) { f.binding = rar.Binding{} }, all, authzen.ReasonSubjectDiffers},
		{"client of another system", func(f *facts) { f.binding.SystemID = "x" }, all, authzen.ReasonSubjectDiffers},
		{"client of a deleted system", func(f *facts) { f.binding.SystemDeleted = true }, all, authzen.ReasonSubjectDiffers},
		{"a subject of another type", nil, replace(t, question, "urn:altinn:systemuser", "person"), rar.ReasonUserUnknown},
		{"a subject that has no such id", nil, replace(t, question, "704013ee-e82a-433e-83c5-a40e6e00d746", "x"), rar.ReasonUserUnknown},
		{"an id in another form", nil, replace(t, question, "704013ee-e82a-433e-83c5-a40e6e00d746", "{704013ee-e82a-433e-83c5-a40e6e00d746}"), rar.ReasonUserUnknown},
		{"a resource of another type", nil, replace(t, question, "urn:altinn:resource", "urn:altinn:accesspackage"), rar.ReasonResource},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, b := whole(), &book{}
			if c.cut != nil {
				c.cut(f)
			}
			got, err := ask(t, f, b, c.body)
			if err != nil || got.Decision {
				t.Fatalf("decision %v, error %v, want a no", got.Decision, err)
			}
			want := []rar.Decision{{ID: "d", At: noon, Kind: rar.Evaluate, Caller: "api", Reason: c.why}}
			if diff := cmp.Diff(want, b.firsts); diff != "" {
				t.Errorf("journal (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnOutageIsNeverAYes(t *testing.T) {
	down := errors.New("connection refused")
	all := replace(t, question, `"id":"704013ee-e82a-433e-83c5-a40e6e00d746"`, told)
	noRight := whole()
	noRight.held.Holds = false
	lost, halfLost := whole(), whole()
	lost.heldErr, halfLost.bindingErr = down, down
	cases := map[string]struct {
		facts *facts
		book  *book
		body  string
	}{
		"the store does not answer":       {lost, &book{}, question},
		"the store does not know clients": {halfLost, &book{}, all},
		"a no cannot be recorded":         {noRight, &book{down: down}, question},
		"a fault cannot be recorded":      {whole(), &book{down: down}, "{"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ask(t, c.facts, c.book, c.body)
			e, ok := errors.AsType[*models.Error](err)
			if got.Decision || !ok || e.Kind != models.Unavailable || !errors.Is(err, down) {
				t.Errorf("decision %v, error %v, want unavailable", got.Decision, err)
			}
		})
	}
}

func TestQuestionsThatAreNotWhole(t *testing.T) {
	cases := []struct{ name, body, field, fault string }{
		{"no JSON", "{", "", "json.form"},
		{"an array", "[]", "", "json.form"},
		{"a member twice", replace(t, question, `"action":{`, `"action":{"name":"write",`), "", "json.form"},
		{"an unknown member twice", replace(t, question, `"action":{`, `"x":1,"x":1,"action":{`), "", "json.form"},
		{"too deep", replace(t, question, `"action":{`, `"x":`+strings.Repeat("[", 16)+strings.Repeat("]", 16)+`,"action":{`), "", "json.form"},
		{"too large", question + strings.Repeat(" ", 64<<10), "", "json.form"},
		{"no subject", replace(t, question, `"subject"`, `"Subject"`), "/subject", "required"},
		{"no subject type", replace(t, question, `"type":"urn:altinn:systemuser",`, ``), "/subject/type", "required"},
		{"subject id null", replace(t, question, `"704013ee-e82a-433e-83c5-a40e6e00d746"`, `null`), "/subject/id", "json.form"},
		{"subject id a number", replace(t, question, `"704013ee-e82a-433e-83c5-a40e6e00d746"`, `1`), "/subject/id", "json.form"},
		{"owner null", replace(t, question, `"type":"urn:altinn:systemuser",`, `"type":"urn:altinn:systemuser","properties":{"owner":null},`), "/subject/properties/owner", "json.form"},
		{"owner no number", replace(t, question, `"type":"urn:altinn:systemuser",`, `"type":"urn:altinn:systemuser","properties":{"owner":"x"},`), "/subject/properties/owner", "orgno.form"},
		{"no action", replace(t, question, `"action"`, `"act"`), "/action", "required"},
		{"no action name", replace(t, question, `"name":"read"`, ``), "/action/name", "required"},
		{"an empty action", replace(t, question, `"read"`, `""`), "/action/name", "required"},
		{"an action with a NUL", replace(t, question, `"read"`, `"re\u0000ad"`), "/action/name", "text.control"},
		{"an action too long", replace(t, question, `"read"`, `"`+strings.Repeat("r", 256)+`"`), "/action/name", "too_long"},
		{"no resource", replace(t, question, `"resource":`, `"thing":`), "/resource", "required"},
		{"no resource id", replace(t, question, `"id":"kravogbetaling",`, ``), "/resource/id", "required"},
		{"no party", replace(t, question, `"party"`, `"parti"`), "/resource/properties/party", "required"},
		{"a party that is no number", replace(t, question, "313775429", "313775428"), "/resource/properties/party", "orgno.form"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, b := whole(), &book{}
			got, err := ask(t, f, b, c.body)
			e, ok := errors.AsType[*models.Error](err)
			if !ok || e.Kind != models.Invalid || got.Decision {
				t.Fatalf("decision %v, error %v, want invalid input", got.Decision, err)
			}
			if diff := cmp.Diff([]models.FieldError{{Field: c.field, Fault: c.fault}}, e.Fields); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if len(f.asked) != 0 {
				t.Error("the store was asked all the same")
			}
			if len(b.firsts) != 1 || b.firsts[0].Reason != rar.ReasonBadQuestion {
				t.Errorf("journal has %+v, want the fault", b.firsts)
			}
		})
	}
}

func TestJSONTestSuiteIsNoQuestion(t *testing.T) {
	files, _ := filepath.Glob("../../../shared/data/attack/jsontestsuite/test_parsing/*.json")
	if len(files) == 0 {
		t.Skip("../shared/data/attack/jsontestsuite is not there")
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := authzen.Decode(body, party.Numbers{}); err == nil {
			t.Errorf("%s: taken for a question", filepath.Base(file))
		}
	}
}

// replace demands that there is something to replace, so that a case tests
// what it says.
func replace(t *testing.T, s, from, to string) string {
	t.Helper()
	if !strings.Contains(s, from) {
		t.Fatalf("%q is not in the question", from)
	}
	return strings.Replace(s, from, to, 1)
}
