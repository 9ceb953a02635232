package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
)

const register = "/supplier/systems/new"

// whole is the register form without a fault.
func whole() url.Values {
	return url.Values{
		"op": {"save"}, "id_name": {"fjordlonn"}, "visible": {"true"},
		"name_nb": {"Fjordlønn"}, "name_nn": {"Fjordløn"}, "name_en": {"Fjord Payroll"},
		"description_nb": {"Lønn"}, "description_nn": {"Løn"}, "description_en": {"Payroll"},
		"client_issuer": {kit.Issuer1, kit.Issuer2}, "client_id": {"client-1", "client-2"},
		"asks": {kit.TaxPackage, kit.OwnResource + "#read"}, "purpose_nb": {"Levere", "Lese"}, "purpose_nn": {"", ""}, "purpose_en": {"", ""},
		"redirect_urls": {"https://fjordlonn.example/back", ""},
	}
}

func but(form url.Values, name string, values ...string) url.Values {
	form = maps.Clone(form)
	form[name] = values
	return form
}

func TestAFaultyRegistrationComesBackFilled(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.DeveloperA)
	s.System(t, kit.DeveloperA, "taken")
	before := s.Snapshot()
	for _, tc := range []struct {
		name, field, fault string
		form               url.Values
		status             int
	}{
		{"no name", "name_nn", "required", but(whole(), "name_nn", ""), 422},
		{"a long name", "name_nb", "too_long", but(whole(), "name_nb", strings.Repeat("x", 101)), 422},
		{"a name that turns around", "name_nb", "text.control", but(whole(), "name_nb", "a\u202eb"), 422},
		{"no description", "description_en", "required", but(whole(), "description_en", " "), 422},
		{"no id", "id_name", "required", but(whole(), "id_name", ""), 422},
		{"an id with a space", "id_name", "system_id.form", but(whole(), "id_name", "a b"), 422},
		{"an id that is taken", "id_name", "system_id.taken", but(whole(), "id_name", "taken"), 409},
		{"a purpose that is missing", "purpose_nb", "required", but(whole(), "purpose_nb", "", "Lese"), 422},
		{"nothing asked for", "q", "items.none", but(but(whole(), "asks"), "purpose_nb"), 422},
		{"a client of an issuer that is not trusted", "client_id", "client.issuer", but(whole(), "client_issuer", "https://evil.example/", kit.Issuer2), 422},
		{"a redirect without TLS", "redirect_urls", "url.https", but(whole(), "redirect_urls", "http://fjordlonn.example/"), 422},
		{"a redirect with a user", "redirect_urls", "url.user_info", but(whole(), "redirect_urls", "https://a@fjordlonn.example/"), 422},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := c.In(t).Post(register, tc.form).Want(tc.status).Page()
			hasFault(t, p, tc.field, tc.fault)
			if p.ByID("faults") == "" {
				t.Error("no summary of the faults")
			}
			got, want := p.MustForm(register), tc.form
			for name := range want {
				if name != "op" && name != "client_issuer" && got.Get(name) != strings.TrimSpace(want.Get(name)) {
					t.Errorf("%s came back as %q, was %q", name, got.Get(name), want.Get(name))
				}
			}
		})
	}
	t.Run("what the form demands and what the registry does, at once", func(t *testing.T) {
		p := c.In(t).Post(register, but(but(whole(), "purpose_nb", "", "Lese"), "name_nn", "")).Want(http.StatusUnprocessableEntity).Page()
		hasFault(t, p, "purpose_nb", "required")
		hasFault(t, p, "name_nn", "required")
	})
	taken := but(but(whole(), "client_id", "client-343940092_taken"), "client_issuer", kit.Issuer1)
	if p := c.Post(register, taken).Want(http.StatusConflict).Page(); !p.Has(says(t, "fault.client.taken")) {
		t.Errorf("a client of another system: %s", p.Text())
	}
	if s.Snapshot() != before {
		t.Error("something was stored")
	}
	c.Post(register, whole()).Want(http.StatusSeeOther)
}

// Whoever does not get the form does not get it by a button of it either.
func TestTheRegisterFormIsForSuppliers(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	for _, who := range []kit.Person{kit.ClerkP, kit.ClientAdminP} {
		c := s.As(t, who)
		c.Get(register).Want(http.StatusForbidden)
		for _, op := range []string{"search", "add:" + kit.VATPackage, "save", ""} {
			press(c, whole(), op).Want(http.StatusForbidden)
		}
		press(c, but(whole(), "asks"), "save").Want(http.StatusForbidden) // nor is it told what is wrong with it
	}
}

// Only "save" stores: every other button shows the form again as it stands,
// changed by the one thing that was pressed.
func TestTheButtonsOfTheRegisterForm(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.DeveloperA)
	before := s.Snapshot()
	for op, want := range map[string]url.Values{
		"search":                   whole(),
		"":                         whole(),
		"drop everything":          whole(),
		"add:" + kit.VATPackage:    but(whole(), "asks", kit.TaxPackage, kit.OwnResource+"#read", kit.VATPackage),
		"add:" + kit.TaxPackage:    whole(),
		"remove:" + kit.TaxPackage: but(whole(), "asks", kit.OwnResource+"#read"),
		"add-client":               but(whole(), "client_id", "client-1", "client-2", ""),
		"remove-client:0":          but(whole(), "client_id", "client-2"),
		"remove-client:9":          whole(),
		"remove-client:-1":         whole(),
		"remove-client:x":          whole(),
		"add-url":                  but(whole(), "redirect_urls", "https://fjordlonn.example/back", "", ""),
		"remove-url:1":             but(whole(), "redirect_urls", "https://fjordlonn.example/back"),
	} {
		got := press(c, whole(), op).Want(http.StatusOK).Page().MustForm(register)
		for _, name := range []string{"asks", "client_id", "redirect_urls", "name_nb", "id_name"} {
			if strings.Join(got[name], "|") != strings.Join(want[name], "|") {
				t.Errorf("op %q: %s is %q, want %q", op, name, got[name], want[name])
			}
		}
	}
	if s.Snapshot() != before {
		t.Error("something was stored")
	}
}

func TestTheSearchFindsWhatCanBeGivenAlone(t *testing.T) {
	t.Parallel()
	c := kit.New(t).As(t, kit.DeveloperA)
	for q, want := range map[string]string{
		"skatt næring": "add:" + kit.TaxPackage, "POSTKASSE": "add:" + kit.OwnResource, "mva": "add:" + kit.VATPackage,
		"kun person": "", "klientadministrator": "", "<script>alert(1)</script>": "",
	} {
		p := press(c, but(but(whole(), "asks"), "q", q), "search").Want(http.StatusOK).Page()
		found := strings.Join(p.Buttons("op"), " ")
		if want == "" && strings.Contains(found, "add:") || !strings.Contains(found, want) {
			t.Errorf("%q offers %s, want %q", q, found, want)
		}
		if p.Value("q") != q {
			t.Errorf("the search for %q is now for %q", q, p.Value("q"))
		}
	}
}

func TestAFaultyRequestComesBackFilled(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.DeveloperA)
	at := "/supplier/systems/" + string(s.System(t, kit.DeveloperA, "fjordlonn").ID) + "/requests/new"
	good := url.Values{"customer": {"355 913 619"}, "items": {kit.TaxPackage}, "external_ref": {"avd 1"}, "title": {"Lønn"}}
	before := s.Snapshot()
	for _, tc := range []struct {
		name, field, fault string
		form               url.Values
	}{
		{"no number", "customer", "orgno.form", but(good, "customer", "")},
		{"a number with a wrong digit", "customer", "orgno.check_digit", but(good, "customer", "355913618")},
		{"a number of nobody", "customer", "organisation.unknown", but(good, "customer", string(kit.Unknown))},
		{"nothing chosen", "items", "items.none", but(good, "items")},
		{"what the system does not ask for", "items", "items.not_on_system", but(good, "items", kit.VATPackage)},
		{"a reference with spaces at its end", "external_ref", "text.spaces", but(good, "external_ref", "a ")},
		{"a long title", "title", "too_long", but(good, "title", strings.Repeat("x", 101))},
		{"a redirect to elsewhere", "redirect_url", "url.not_registered", but(good, "redirect_url", "https://evil.example/")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := c.In(t).Post(at, tc.form).Want(http.StatusUnprocessableEntity).Page()
			if !strings.Contains(p.Text(), says(t, "fault."+tc.fault)) {
				t.Errorf("the page does not say %q: %s", tc.fault, p.Text())
			}
			if tc.field != "items" {
				hasFault(t, p, tc.field, tc.fault)
			}
			for _, name := range []string{"customer", "external_ref", "title"} {
				if got := p.Value(name); got != tc.form.Get(name) {
					t.Errorf("%s came back as %q, was %q", name, got, tc.form.Get(name))
				}
			}
		})
	}
	if s.Snapshot() != before {
		t.Error("something was stored")
	}
}

// An absent reference is the customer's number, so that asking with the number
// asks for the same again.
func TestTheSameRequestIsNotSentTwice(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	c := s.As(t, kit.DeveloperA)
	at := "/supplier/systems/" + string(s.System(t, kit.DeveloperA, "fjordlonn").ID) + "/requests/new"
	good := url.Values{"customer": {"355913619"}, "items": {kit.TaxPackage}}
	sent := c.Post(at, good).Want(http.StatusSeeOther).Location()
	for _, ref := range []string{"", "355913619"} {
		r := c.Post(at, but(good, "external_ref", ref)).Want(http.StatusConflict)
		if !r.Page().Has(says(t, "supplier.send.request_exists")) {
			t.Errorf("the page says %s", r.Page().Text())
		}
	}
	s.Approve(t, kit.ApproverP, models.ID(strings.TrimPrefix(sent, "/supplier/requests/")))
	if r := c.Post(at, good).Want(http.StatusConflict); !r.Page().Has(says(t, "supplier.send.user_exists")) {
		t.Errorf("the page says %s", r.Page().Text())
	}
	c.Post(at, but(good, "external_ref", "avd 2")).Want(http.StatusSeeOther)
	c.Post(at, but(good, "customer", string(kit.CustomerQ))).Want(http.StatusSeeOther)
}

// A system belongs to whoever is signed in for the supplier; no field says otherwise.
func TestNoFieldSaysWhoTheSupplierIs(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	form := whole()
	for _, name := range []string{"supplier", "org", "orgno", "vendor", "id", "status", "deleted", "version", "approvedBy", "tenant"} {
		form.Set(name, string(kit.SupplierB))
	}
	c := s.As(t, kit.DeveloperA)
	if got := c.Post(register+"?supplier="+string(kit.SupplierB)+"&id_name=other", form).Want(http.StatusSeeOther).Location(); got != "/supplier/systems/343940092_fjordlonn" {
		t.Errorf("registered at %s", got)
	}
	if _, err := s.Registry.System(t.Context(), s.Actor(kit.DeveloperB), "343940092_fjordlonn"); models.CodeOf(err) != models.CodeNotFound {
		t.Errorf("B finds it: %v", err)
	}
}

// What a customer's people did stays theirs: the supplier sees that, not who.
func TestTheSupplierIsNotToldWhoAnswered(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	sys := s.System(t, kit.DeveloperA, "fjordlonn")
	r := s.Request(t, kit.DeveloperA, sys, kit.CustomerP, "")
	s.Approve(t, kit.ApproverP, r.ID)
	c := s.As(t, kit.DeveloperA)
	for _, at := range []string{"/supplier/requests", "/supplier/requests/" + string(r.ID), "/supplier/systems", "/supplier/systems/" + string(sys.ID)} {
		if body := c.Get(at).Want(http.StatusOK).Body; strings.Contains(body, kit.ApproverP.Name) {
			t.Errorf("%s names who approved", at)
		}
	}
}
