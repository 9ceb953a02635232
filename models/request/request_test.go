package request_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

const (
	salary  = catalog.PackagePrefix + "lonn"
	clients = catalog.PackagePrefix + "regnskapsforer-lonn"
	own     = catalog.PackagePrefix + "egen"
	kari    = models.ID("5b6f0c3e-52a1-4d7e-9d3b-0e4b6a1c2f10")
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func catalogue() *catalog.Catalog {
	return catalog.New(catalog.Data{
		Packages: []catalog.Package{
			{URN: salary, Delegable: true, Assignable: true}, {URN: clients, Delegable: true}, {URN: own, Assignable: true},
		},
		Resources: []catalog.Resource{
			{ID: "skd-amelding", Actions: []string{"read", "write"}}, {ID: "skd-skattekort", Actions: []string{"read", "write"}}, {ID: "kept", Refused: true},
		},
	})
}

func fjordlonn() system.System {
	s := system.System{
		ID: "991825827_fjordlonn", Supplier: "991825827", Name: models.Text{NN: "Fjordløn"},
		RedirectURLs: []string{"https://fjordlonn.example/svar"},
	}
	for _, item := range []catalog.Item{
		catalog.PackageOf(salary), catalog.PackageOf(clients), catalog.Right("skd-amelding", "read"),
		catalog.Right("skd-amelding", ""), catalog.PackageOf(own), catalog.RightTo([]string{"skd-skattekort"}, "read"), catalog.Right("kept", ""), catalog.PackageOf(catalog.PackagePrefix + "borte"),
	} {
		s.Asks = append(s.Asks, system.Ask{Item: item})
	}
	return s
}

// asked is what a supplier gives when nothing is wrong.
func asked() request.Request {
	return request.Request{
		ID: "704013ee-e82a-433e-83c5-a40e6e00d746", Kind: systemuser.Standard, Customer: "313775429",
		ExternalRef: "kunde-42", Title: "Fjordlønn for Nes Bakeri", Items: []catalog.Item{catalog.PackageOf(salary)},
		RedirectURL: "https://fjordlonn.example/svar?kunde=42",
	}
}

func TestNewMakesAPendingRequest(t *testing.T) {
	t.Parallel()
	given := asked()
	want := given
	want.System, want.Status, want.CreatedAt, want.ExpiresAt = "991825827_fjordlonn", request.Pending, noon, noon.Add(request.Life)
	got, err := request.New(given, fjordlonn(), catalogue(), noon, request.Life)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNewFillsInWhatIsAbsent(t *testing.T) {
	t.Parallel()
	given := asked()
	given.ExternalRef, given.Title, given.RedirectURL = "", "", ""
	got, err := request.New(given, fjordlonn(), catalogue(), noon, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got.ExternalRef != "313775429" {
		t.Errorf("the external reference is %q, want the customer's number", got.ExternalRef)
	}
	if got.Title != "Fjordløn" {
		t.Errorf("the title is %q, want the system's name in the first language that it has", got.Title)
	}
	if !got.ExpiresAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("it expires at %v", got.ExpiresAt)
	}
}

// A supplier must not answer its own request by what it sends (security A4).
func TestNewTakesNoAnswerFromTheSupplier(t *testing.T) {
	t.Parallel()
	given := asked()
	given.System, given.Status, given.Reason = "313775429_other", request.Accepted, "yes"
	given.DecidedBy, given.DecidedAt, given.Version = kari, noon, 7
	given.Removed, given.Escalated = noon, true
	given.CreatedAt, given.ExpiresAt = noon.Add(-time.Hour), noon.Add(1000*time.Hour)
	got, err := request.New(given, fjordlonn(), catalogue(), noon, request.Life)
	if err != nil {
		t.Fatal(err)
	}
	want, err := request.New(asked(), fjordlonn(), catalogue(), noon, request.Life)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the supplier sent along got in (-want +got):\n%s", diff)
	}
}

func TestFaultsOfARequest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*request.Request)
		want   []string
	}{
		{"a reference of 255 characters", func(r *request.Request) { r.ExternalRef = strings.Repeat("ø", 255) }, nil},
		{"a reference of 256 characters", func(r *request.Request) { r.ExternalRef = strings.Repeat("ø", 256) }, []string{"external_ref too_long"}},
		{"a space before the reference", func(r *request.Request) { r.ExternalRef = " a" }, []string{"external_ref text.spaces"}},
		{"a space after the reference", func(r *request.Request) { r.ExternalRef = "a " }, []string{"external_ref text.spaces"}},
		{"a no-break space after the reference", func(r *request.Request) { r.ExternalRef = "a\u00a0" }, []string{"external_ref text.spaces"}},
		{"a reference of two lines", func(r *request.Request) { r.ExternalRef = "a\nb" }, []string{"external_ref text.spaces"}},
		{"a reference with a zero-width letter", func(r *request.Request) { r.ExternalRef = "a\u200bb" }, []string{"external_ref text.control"}},
		{"a reference of a space", func(r *request.Request) { r.ExternalRef = " " }, []string{"external_ref required"}},
		{"a title that turns around", func(r *request.Request) { r.Title = "a\u202eb" }, []string{"title text.control"}},
		{"a title of two lines", func(r *request.Request) { r.Title = "a\nb" }, []string{"title text.control"}},
		{"a title of 101 characters", func(r *request.Request) { r.Title = strings.Repeat("ø", 101) }, []string{"title too_long"}},
		{"a blank title", func(r *request.Request) { r.Title = "  " }, []string{"title required"}},
		{"a redirect to elsewhere", func(r *request.Request) { r.RedirectURL = "https://evil.example/svar" }, []string{"redirect_url url.not_registered"}},
		{"a redirect without TLS", func(r *request.Request) { r.RedirectURL = "http://fjordlonn.example/svar" }, []string{"redirect_url url.not_registered"}},
		{"nothing asked for", func(r *request.Request) { r.Items = nil }, []string{"items items.none"}},
		{"what the system does not ask for", func(r *request.Request) { r.Items = []catalog.Item{catalog.Right("skd-skattekort", "write")} }, []string{"items[0] items.not_on_system"}},
		{"the whole of what the system asks an action of", func(r *request.Request) { r.Items = []catalog.Item{catalog.Right("skd-skattekort", "")} }, []string{"items[0] items.not_on_system"}},
		{"an action that the system asks for with all others", func(r *request.Request) { r.Items = []catalog.Item{catalog.Right("skd-amelding", "write")} }, nil},
		{"an action that the resource lacks", func(r *request.Request) { r.Items = []catalog.Item{catalog.Right("skd-amelding", "sign")} }, []string{"items[0] catalogue.unknown"}},
		{"an action of a resource that the system asks for whole", func(r *request.Request) {
			r.Items = []catalog.Item{catalog.Right("skd-amelding", ""), catalog.Right("skd-amelding", "read")}
		}, nil},
		{"the same twice", func(r *request.Request) { r.Items = append(r.Items, r.Items[0]) }, []string{"items[1] duplicate"}},
		{"what the catalogue no longer has", func(r *request.Request) { r.Items[0] = catalog.PackageOf(catalog.PackagePrefix + "borte") }, []string{"items[0] catalogue.unknown"}},
		{"what its owner keeps", func(r *request.Request) { r.Items[0] = catalog.Right("kept", "") }, []string{"items[0] catalogue.not_delegable"}},
		{"a package for agents, to a standard system user", func(r *request.Request) { r.Items[0] = catalog.PackageOf(clients) }, []string{"items[0] items.kind"}},
		{"a package for agents, to an agent", func(r *request.Request) { r.Kind, r.Items[0] = systemuser.Agent, catalog.PackageOf(clients) }, nil},
		{"a package for standard ones, to a standard system user", func(r *request.Request) { r.Items[0] = catalog.PackageOf(own) }, nil},
		{"a package for standard ones, to an agent", func(r *request.Request) { r.Kind, r.Items[0] = systemuser.Agent, catalog.PackageOf(own) }, []string{"items[0] items.kind"}},
		{"a right, to an agent", func(r *request.Request) {
			r.Kind, r.Items[0] = systemuser.Agent, catalog.Right("skd-amelding", "read")
		}, []string{"items[0] items.agent_right"}},
		{"a purpose of 300 characters in one language", func(r *request.Request) { r.Purpose.NN = strings.Repeat("ø", 300) }, nil},
		{"a purpose of 301 characters", func(r *request.Request) { r.Purpose.EN = strings.Repeat("ø", 301) }, []string{"purpose too_long"}},
		{"a purpose that turns around", func(r *request.Request) { r.Purpose = models.Text{NB: "a\u202eb"} }, []string{"purpose text.control"}},
		{"a purpose of one item", func(r *request.Request) { r.Purposes = why(r.Items[0], "Sende lønn") }, nil},
		{"a purpose of an item that is too long", func(r *request.Request) {
			r.Items = append(r.Items, catalog.Right("skd-amelding", "read"))
			r.Purposes = why(r.Items[1], strings.Repeat("ø", 301))
		}, []string{"purposes[1] too_long"}},
		{"a purpose of an item with a zero-width letter", func(r *request.Request) { r.Purposes = why(r.Items[0], "a\u200bb") }, []string{"purposes[0] text.control"}},
		{"an end in a millisecond", func(r *request.Request) { r.ValidTo = noon.Add(time.Millisecond) }, nil},
		{"an end now", func(r *request.Request) { r.ValidTo = noon }, []string{"valid_to date.past"}},
		{"an end that is past", func(r *request.Request) { r.ValidTo = noon.Add(-time.Hour) }, []string{"valid_to date.past"}},
		{"a contact", func(r *request.Request) { r.ContactEmail = "hjelp+lonn@fjord.example" }, nil},
		{"a contact of 254 characters", func(r *request.Request) { r.ContactEmail = "a@" + strings.Repeat("b", 244) + ".example" }, nil},
		{"a contact of 255 characters", func(r *request.Request) { r.ContactEmail = "a@" + strings.Repeat("b", 245) + ".example" }, []string{"contact_email email.form"}},
		{"a contact with a name", func(r *request.Request) { r.ContactEmail = "Kari <kari@fjord.example>" }, []string{"contact_email email.form"}},
		{"a contact in brackets", func(r *request.Request) { r.ContactEmail = "<kari@fjord.example>" }, []string{"contact_email email.form"}},
		{"a contact without a place", func(r *request.Request) { r.ContactEmail = "kari" }, []string{"contact_email email.form"}},
		{"two contacts", func(r *request.Request) { r.ContactEmail = "a@fjord.example,b@fjord.example" }, []string{"contact_email email.form"}},
		{"a contact of two lines", func(r *request.Request) { r.ContactEmail = "a@fjord.example\r\nBcc: b@fjord.example" }, []string{"contact_email email.form"}},
		{"a contact with a letter that turns around", func(r *request.Request) { r.ContactEmail = "a\u202eb@fjord.example" }, []string{"contact_email email.form"}},
		{"a contact after a space", func(r *request.Request) { r.ContactEmail = " a@fjord.example" }, []string{"contact_email email.form"}},
		{"everything new at once", func(r *request.Request) {
			r.Purpose.NB, r.Purposes, r.ValidTo, r.ContactEmail = "\x00", why(r.Items[0], "\x00"), noon, "x"
		}, []string{"purpose text.control", "purposes[0] text.control", "valid_to date.past", "contact_email email.form"}},
		{"everything at once", func(r *request.Request) { r.ExternalRef, r.Title, r.RedirectURL, r.Items = "a ", " ", "x", nil }, []string{"external_ref text.spaces", "title required", "redirect_url url.not_registered", "items items.none"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := asked()
			tc.change(&r)
			_, err := request.New(r, fjordlonn(), catalogue(), noon, request.Life)
			mustFault(t, err, tc.want...)
		})
	}
}

func why(item catalog.Item, nb string) map[catalog.Item]models.Text {
	return map[catalog.Item]models.Text{item: {NB: nb}}
}

// mustFault holds the fields and faults of an error to want.
func mustFault(t *testing.T, err error, want ...string) {
	t.Helper()
	var got []string
	if e, ok := errors.AsType[*models.Error](err); ok {
		for _, f := range e.Fields {
			got = append(got, f.Field+" "+f.Fault)
		}
	} else if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

// Spellings that look like the same reference are the same or are refused, so
// that one customer has one system user where it thinks it has one (security A7).
func TestReferencesThatLookAlikeAreOneOrRefused(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{
		" 313775429", "313775429 ", "\t313775429", "313775429\n", "313775429\r\n", "313775429\u00a0", "\u2003313775429", "313775429\u200b",
		"\ufeff313775429", "313775429\x00", "313\u00ad775429", "\u202d313775429", "313775429\u2028", "313775429\u3164", "\u2800313775429",
		"313775429\v", "313775429\f", "313775429\u0085", "313775429\u1680", "313775429\u180e", "313775429\u205f", "313775429\u3000", "\xff313775429",
	} {
		r := asked()
		r.ExternalRef = spelling
		if got, err := request.New(r, fjordlonn(), catalogue(), noon, request.Life); err == nil {
			t.Errorf("%q is a reference of its own: %q", spelling, got.ExternalRef)
		}
	}
}

// The last moment at which a request can be answered is the one before its
// time runs out; there is no grace (security B7).
func TestARequestLapsesAtItsMoment(t *testing.T) {
	t.Parallel()
	r, err := request.New(asked(), fjordlonn(), catalogue(), noon, request.Life)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		after time.Duration
		open  bool
	}{{-time.Millisecond, true}, {0, false}, {time.Millisecond, false}} {
		now := r.ExpiresAt.Add(tc.after)
		if got := r.Current(now) == request.Pending; got != tc.open {
			t.Errorf("%v from its end it is %s", tc.after, r.Current(now))
		}
		for _, e := range []request.Event{request.Approve, request.Reject, request.Withdraw} {
			next, err := r.Apply(e, kari, "x", now)
			switch {
			case tc.open && err != nil:
				t.Errorf("%v from its end, %s: %v", tc.after, e, err)
			case !tc.open && (models.CodeOf(err) != models.CodeRequestExpired || next.Status != request.Pending):
				t.Errorf("%v from its end, %s makes it %s, %v", tc.after, e, next.Status, err)
			}
		}
		lapsed, err := r.Apply(request.Lapse, "", "", now)
		if (err == nil) == tc.open || tc.open && kindOf(err) != models.Conflict {
			t.Errorf("%v from its end, lapse: %s, %v", tc.after, lapsed.Status, err)
		}
	}
}

// A supplier that renews a request gives the customer the whole time again, also
// after its end, whether or not that has been written down; an answer stays.
func TestRenewed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		status request.Status
		after  time.Duration // since it was made
		code   models.Code
	}{
		{"while it can be answered", request.Pending, time.Hour, ""},
		{"at its end", request.Pending, request.Life, ""},
		{"after its end", request.Pending, request.Life + time.Hour, ""},
		{"expired", request.Expired, request.Life + time.Hour, ""},
		{"accepted", request.Accepted, time.Hour, models.CodeRequestDecided},
		{"rejected", request.Rejected, request.Life + time.Hour, models.CodeRequestDecided},
		{"withdrawn", request.Withdrawn, time.Hour, models.CodeRequestDecided},
	} {
		r, err := request.New(asked(), fjordlonn(), catalogue(), noon, request.Life)
		if err != nil {
			t.Fatal(err)
		}
		r.ValidTo = noon.Add(1000 * time.Hour)
		if r.Status = tc.status; tc.status != request.Pending {
			r.DecidedAt = noon.Add(time.Minute)
		}
		now, want := noon.Add(tc.after), r
		if tc.code == "" {
			want.Status, want.DecidedAt, want.ExpiresAt = request.Pending, time.Time{}, now.Add(2*time.Hour)
		}
		got, err := r.Renewed(now, 2*time.Hour)
		if models.CodeOf(err) != tc.code && (err != nil || tc.code != "") {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.code)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		if got.Status == request.Pending && got.Current(now.Add(2*time.Hour-time.Millisecond)) != request.Pending {
			t.Errorf("%s: it cannot be answered until its new end", tc.name)
		}
	}
}

// What would make a system user that has ended already is not renewed.
func TestRenewedWithinTheTimeThatIsAskedFor(t *testing.T) {
	t.Parallel()
	r := request.Request{Status: request.Expired, ValidTo: noon, DecidedAt: noon.Add(-time.Hour), ExpiresAt: noon.Add(-time.Hour)}
	if _, err := r.Renewed(noon.Add(-time.Millisecond), time.Hour); err != nil {
		t.Errorf("a millisecond before: %v", err)
	}
	got, err := r.Renewed(noon, time.Hour)
	mustFault(t, err, "valid_to date.past")
	if diff := cmp.Diff(r, got); diff != "" {
		t.Errorf("it was changed (-want +got):\n%s", diff)
	}
}

func TestApplyWritesWhoAnsweredWhatAndWhen(t *testing.T) {
	t.Parallel()
	r, err := request.New(asked(), fjordlonn(), catalogue(), noon, request.Life)
	if err != nil {
		t.Fatal(err)
	}
	before := r
	for e, want := range map[request.Event]struct {
		status request.Status
		by     models.ID
		reason string
	}{
		request.Approve:  {request.Accepted, kari, ""},
		request.Reject:   {request.Rejected, kari, "Vi bruker et annet system"},
		request.Withdraw: {request.Withdrawn, "", ""}, // no person of the supplier's is the customer's to know
	} {
		got, err := r.Apply(e, kari, "Vi bruker et annet system", noon.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		after := before
		after.Status, after.Reason, after.DecidedBy, after.DecidedAt = want.status, want.reason, want.by, noon.Add(time.Minute)
		if diff := cmp.Diff(after, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e, diff)
		}
	}
	if diff := cmp.Diff(before, r); diff != "" {
		t.Errorf("Apply changed what it was given (-want +got):\n%s", diff)
	}
}

func TestAnAnswerIsCurrentForEver(t *testing.T) {
	t.Parallel()
	for _, s := range request.Statuses() {
		r := request.Request{Status: s, ExpiresAt: noon}
		want := s
		if s == request.Pending {
			want = request.Expired
		}
		if got := r.Current(noon.Add(time.Hour)); got != want {
			t.Errorf("%s is %s an hour after its time", s, got)
		}
	}
}

// What a request would make may end before there would be no more time to answer
// it: then that is the time, also when it is renewed.
func TestARequestIsOverWhenWhatItAsksForIs(t *testing.T) {
	t.Parallel()
	for end, want := range map[time.Time]time.Time{
		noon.Add(time.Hour): noon.Add(time.Hour), noon.Add(request.Life + time.Hour): noon.Add(request.Life), {}: noon.Add(request.Life),
	} {
		r, _ := request.New(request.Request{ValidTo: end}, system.System{}, nil, noon, request.Life)
		if !r.ExpiresAt.Equal(want) {
			t.Errorf("one until %v can be answered until %v, want %v", end, r.ExpiresAt, want)
		}
		renewed, err := request.Request{Status: request.Expired, ValidTo: end}.Renewed(noon, request.Life)
		if err != nil || !renewed.ExpiresAt.Equal(want) {
			t.Errorf("renewed, one until %v can be answered until %v, want %v (%v)", end, renewed.ExpiresAt, want, err)
		}
	}
}

func TestReasonOfARejection(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"Vi har ikke bestilt dette.": "", "To linjer.\n\nOg en til.": "", "": "required", " \n ": "required",
		strings.Repeat("å", request.MaxReason): "", strings.Repeat("å", request.MaxReason+1): "too_long",
		"a\u202eb": "text.control", "a\x00": "text.control",
	} {
		if got := request.ReasonFault(reason); got != want {
			t.Errorf("ReasonFault(%.40q) = %q, want %q", reason, got, want)
		}
	}
}

func kindOf(err error) models.Kind {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Kind
	}
	return 0
}
