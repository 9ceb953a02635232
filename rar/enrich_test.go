package rar_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/rar"
)

func TestEnrich(t *testing.T) {
	f, b := &facts{binding: whole()}, &book{}
	got, err := enricher(t, f, b).Enrich(t.Context(), caller, query())
	if err != nil {
		t.Fatal(err)
	}
	want := rar.Grant{
		DecisionID: "d1", SystemUser: user, SystemID: system, Supplier: supplier, Customer: customer,
		ExternalRef: "r1", Kind: "standard", Title: "SmartCloud", CreatedAt: noon.Add(-time.Hour),
		ValidUntil: time.Date(2026, 11, 21, 12, 0, 37, 0, time.UTC), Longest: 2 * time.Minute,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("grant (-want +got):\n%s", diff)
	}
	recorded := []rar.Decision{{ID: "d1", At: noon, Kind: rar.Enrich, Caller: issuer, ClientID: client, SystemUser: user, FirstUse: true}}
	if diff := cmp.Diff(recorded, b.firsts); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

// An agent's own organisation gets tokens; its clients' rights are another thing.
func TestEnrichAnAgent(t *testing.T) {
	binding := whole()
	binding.UserKind = "agent"
	got, err := enricher(t, &facts{binding: binding}, &book{}).Enrich(t.Context(), caller, query())
	if err != nil || got.Kind != "agent" || got.SystemUser != user || got.Customer != customer {
		t.Errorf("granted %+v, %v", got, err)
	}
}

// What is granted for a time never reaches past its end, neither the answer nor
// a token made of it; noon is 500 ns after a whole second.
func TestAnAnswerEndsWithTheSystemUser(t *testing.T) {
	second := noon.Truncate(time.Second)
	for _, tc := range []struct {
		name    string
		validTo time.Time
		until   time.Time
		longest time.Duration
	}{
		{"without end", time.Time{}, second.Add(30 * time.Second), 2 * time.Minute},
		{"in an hour", noon.Add(time.Hour), second.Add(30 * time.Second), 2 * time.Minute},
		{"in two minutes", noon.Add(2 * time.Minute), second.Add(30 * time.Second), 2 * time.Minute},
		{"in a nanosecond less", noon.Add(2*time.Minute - 1), second.Add(30 * time.Second), 2*time.Minute - time.Second},
		{"in half a minute", noon.Add(30 * time.Second), second.Add(30 * time.Second), 30 * time.Second},
		{"in ten seconds and a half", noon.Add(10*time.Second + 500*time.Millisecond), second.Add(10 * time.Second), 10 * time.Second},
		{"in a millisecond more than a second", noon.Add(1001 * time.Millisecond), second.Add(time.Second), time.Second},
		{"in another zone", noon.Add(10 * time.Second).In(time.FixedZone("", 3600)), second.Add(10 * time.Second), 10 * time.Second},
	} {
		binding := whole()
		binding.ValidTo = tc.validTo
		got, err := enricher(t, &facts{binding: binding}, &book{}).Enrich(t.Context(), caller, query())
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if !got.ValidUntil.Equal(tc.until) || got.Longest != tc.longest {
			t.Errorf("%s: valid until %v for %v, want %v for %v", tc.name, got.ValidUntil, got.Longest, tc.until, tc.longest)
		}
		if a := got.Answer("q"); a.MaxTokenLifetime != int(tc.longest/time.Second) || !a.ValidUntil.Equal(tc.until) {
			t.Errorf("%s: answers %d s until %v", tc.name, a.MaxTokenLifetime, a.ValidUntil)
		}
	}
}

func TestEnrichWithoutTheSuppliersNumber(t *testing.T) {
	q := query()
	q.Supplier = ""
	if _, err := enricher(t, &facts{binding: whole()}, &book{}).Enrich(t.Context(), caller, q); err != nil {
		t.Errorf("an issuer that does not say whose the client is: %v", err)
	}
}

func TestEnrichAsksUnderTheCallersIssuer(t *testing.T) {
	f := &facts{binding: whole()}
	q := query()
	q.Issuer = "https://another.example/"
	if _, err := enricher(t, f, &book{}).Enrich(t.Context(), caller, q); err != nil {
		t.Fatal(err)
	}
	if f.asked[0].Issuer != issuer {
		t.Errorf("asked under %q, want the caller's issuer", f.asked[0].Issuer)
	}
}

// links are the ways in which the chain can break, one at a time.
var links = []struct {
	name  string
	cut   func(*rar.Binding, *rar.Query)
	cause rar.Reason
}{
	{"the question names no client", func(_ *rar.Binding, q *rar.Query) { q.ClientID = "" }, rar.ReasonBadQuestion},
	{"the question names no customer", func(b *rar.Binding, q *rar.Query) { b.Customer, q.Customer = "", "" }, rar.ReasonBadQuestion},
	{"the question has no reference", func(b *rar.Binding, q *rar.Query) { b.ExternalRef, q.ExternalRef = "", "" }, rar.ReasonBadQuestion},
	{"the client is unknown", func(b *rar.Binding, _ *rar.Query) { b.ClientKnown = false }, rar.ReasonClientUnknown},
	{"the client has no system", func(b *rar.Binding, _ *rar.Query) { b.SystemID = "" }, rar.ReasonClientUnknown},
	{"the system has no supplier", func(b *rar.Binding, q *rar.Query) { b.Supplier, q.Supplier = "", "" }, rar.ReasonSupplierOther},
	{"the client is another supplier's", func(_ *rar.Binding, q *rar.Query) { q.Supplier = other }, rar.ReasonSupplierOther},
	{"the system is deleted", func(b *rar.Binding, _ *rar.Query) { b.SystemDeleted = true }, rar.ReasonSystemDeleted},
	{"there is no system user", func(b *rar.Binding, _ *rar.Query) { b.UserFound = false }, rar.ReasonRevoked},
	{"the system user has no id", func(b *rar.Binding, _ *rar.Query) { b.UserID = "" }, rar.ReasonRevoked},
	{"the system user has no kind", func(b *rar.Binding, _ *rar.Query) { b.UserKind = "" }, rar.ReasonUserUnknown},
	{"the system user is of a kind that nobody knows", func(b *rar.Binding, _ *rar.Query) { b.UserKind = "Agent" }, rar.ReasonUserUnknown},
	{"the system user is another customer's", func(b *rar.Binding, _ *rar.Query) { b.Customer = other }, rar.ReasonOtherParty},
	{"the reference differs in case", func(b *rar.Binding, _ *rar.Query) { b.ExternalRef = "R1" }, rar.ReasonOtherRef},
	{"the reference differs by a space", func(b *rar.Binding, _ *rar.Query) { b.ExternalRef = "r1 " }, rar.ReasonOtherRef},
	{"the system user is paused", func(b *rar.Binding, _ *rar.Query) { b.Paused = true }, rar.ReasonPaused},
	{"the system user is over", func(b *rar.Binding, _ *rar.Query) { b.ValidTo = noon.Add(-time.Hour) }, rar.ReasonOver},
	{"the system user has a second left", func(b *rar.Binding, _ *rar.Query) { b.ValidTo = noon.Add(time.Second) }, rar.ReasonOver},
	{"the reference differs in composition", func(b *rar.Binding, q *rar.Query) { b.ExternalRef, q.ExternalRef = "\u00e9", "e\u0301" }, rar.ReasonOtherRef},
}

func TestEveryLinkOfTheChainHolds(t *testing.T) {
	for i, first := range links {
		t.Run(first.name, func(t *testing.T) {
			why := refused(t, first.cut)
			if why != first.cause {
				t.Errorf("reason %q, want %q", why, first.cause)
			}
		})
		for _, second := range links[i+1:] {
			t.Run(first.name+" and "+second.name, func(t *testing.T) {
				refused(t, first.cut, second.cut)
			})
		}
	}
}

// refused cuts links out of the whole chain, demands a refusal that looks like
// every other, and returns the reason that the journal has.
func refused(t *testing.T, cuts ...func(*rar.Binding, *rar.Query)) rar.Reason {
	t.Helper()
	binding, q := whole(), query()
	for _, cut := range cuts {
		cut(&binding, &q)
	}
	b := &book{}
	got, err := enricher(t, &facts{binding: binding, why: rar.ReasonRevoked}, b).Enrich(t.Context(), caller, q)
	if diff := cmp.Diff(rar.Grant{}, got); diff != "" {
		t.Errorf("something was granted:\n%s", diff)
	}
	refusal, ok := errors.AsType[*rar.Refusal](err)
	if !ok {
		t.Fatalf("error %v, want a refusal", err)
	}
	if refusal.Outer != rar.AccessDenied || refusal.Detail != rar.NoSystemUser || refusal.Field != "" {
		t.Errorf("refusal tells apart what it must not: %v", refusal)
	}
	if len(b.firsts) != 1 || b.firsts[0].Reason != refusal.Reason || b.firsts[0].SystemUser != "" {
		t.Fatalf("journal has %+v, want the refusal for %q without a system user", b.firsts, refusal.Reason)
	}
	return refusal.Reason
}

func TestWhyNeverLiftsARefusal(t *testing.T) {
	binding := whole()
	binding.UserFound = false
	_, err := enricher(t, &facts{binding: binding, why: ""}, &book{}).Enrich(t.Context(), caller, query())
	refusal, ok := errors.AsType[*rar.Refusal](err)
	if !ok || refusal.Reason != rar.ReasonNoUser {
		t.Errorf("error %v, want a refusal for %q", err, rar.ReasonNoUser)
	}
}

func TestAnOutageIsNeverAGrant(t *testing.T) {
	down := errors.New("connection refused")
	noUser := whole()
	noUser.UserFound = false
	cases := map[string]struct {
		facts *facts
		book  *book
	}{
		"the store does not answer":             {&facts{binding: whole(), err: down}, &book{}},
		"the store does not say why":            {&facts{binding: noUser, whyErr: down}, &book{}},
		"the first use cannot be recorded":      {&facts{binding: whole()}, &book{down: down}},
		"the first refusal cannot be recorded":  {&facts{binding: rar.Binding{}}, &book{down: down}},
		"the store answers and fails at a time": {&facts{binding: whole(), why: rar.ReasonNoUser, err: down, whyErr: down}, &book{down: down}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := enricher(t, c.facts, c.book).Enrich(t.Context(), caller, query())
			wantUnavailable(t, err, down)
			if diff := cmp.Diff(rar.Grant{}, got); diff != "" {
				t.Errorf("something was granted:\n%s", diff)
			}
		})
	}
	t.Run("a malformed question cannot be recorded", func(t *testing.T) {
		_, err := enricher(t, &facts{}, &book{down: down}).Ask(t.Context(), caller, []byte("{"))
		wantUnavailable(t, err, down)
	})
}

func wantUnavailable(t *testing.T, err, cause error) {
	t.Helper()
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind != models.Unavailable || !errors.Is(err, cause) {
		t.Errorf("error %v, want unavailable because of %v", err, cause)
	}
}

func TestAskInAnothersName(t *testing.T) {
	f, b := &facts{binding: whole()}, &book{}
	body := fmt.Sprintf(question, "https://another.example/", "")
	_, err := enricher(t, f, b).Ask(t.Context(), caller, []byte(body))
	refusal, ok := errors.AsType[*rar.Refusal](err)
	if !ok || refusal.Outer != rar.CallerNotAllowed {
		t.Fatalf("error %v, want the caller refused", err)
	}
	if len(f.asked) != 0 {
		t.Error("the store was asked all the same")
	}
	if len(b.firsts) != 1 || b.firsts[0].Reason != rar.ReasonIssuerOther {
		t.Errorf("journal has %+v, want the reason %q", b.firsts, rar.ReasonIssuerOther)
	}
}

func TestAskRecordsMalformedQuestions(t *testing.T) {
	b := &book{}
	if _, err := enricher(t, &facts{}, b).Ask(t.Context(), caller, []byte(`{"client":1}`)); err == nil {
		t.Fatal("answered")
	}
	want := []rar.Decision{{ID: "d1", At: noon, Kind: rar.Enrich, Caller: issuer, Reason: rar.ReasonBadQuestion}}
	if diff := cmp.Diff(want, b.firsts); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestClientsThatWeDoNotKnowAreOneLineOfTheJournal(t *testing.T) {
	b := &book{}
	e := enricher(t, &facts{}, b)
	for i := range 50 {
		q := query()
		q.ClientID = fmt.Sprintf("made-up-%d", i)
		if _, err := e.Enrich(t.Context(), caller, q); err == nil {
			t.Fatal("granted")
		}
	}
	if len(b.firsts) != 1 || b.firsts[0].ClientID != "" {
		t.Errorf("journal has %+v, want one line without the client", b.firsts)
	}
}

func TestUsedSystemUsersWaitForNoWrite(t *testing.T) {
	binding := whole()
	binding.Used = true
	b := &book{}
	e := enricher(t, &facts{binding: binding}, b)
	for range 3 {
		if _, err := e.Enrich(t.Context(), caller, query()); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.firsts) != 0 {
		t.Errorf("wrote %d lines before answering", len(b.firsts))
	}
	if err := e.Journal.Flush(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if len(b.repeats) != 1 || b.repeats[0].N != 3 || b.repeats[0].SystemUser != user {
		t.Errorf("flushed %+v, want 3 uses of the system user", b.repeats)
	}
}
