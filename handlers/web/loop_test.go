package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/views/i18n"
)

// TestTheWholeLoop is what design.md section 3 promises, by forms alone: two
// people who have never been here log in where the pages send them, and a
// program gets what its token needs, until the customer says stop.
func TestTheWholeLoop(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	seen := &strings.Builder{}

	developer := logIn(t, s, kit.DeveloperA, "/supplier/systems/new", seen)
	form := developer.page.MustForm("/supplier/systems/new")
	form.Set("q", "skatt")
	found := press(developer, form, "search").Want(http.StatusOK).Page()
	if !slices.Contains(found.Buttons("op"), "add:"+kit.TaxPackage) {
		t.Fatalf("the search offers %v", found.Buttons("op"))
	}
	form = found.MustForm("/supplier/systems/new")
	added := press(developer, form, "add:"+kit.TaxPackage).Want(http.StatusOK).Page()
	form = added.MustForm("/supplier/systems/new")
	for name, value := range map[string]string{
		"name_nb": "Fjordlønn", "name_nn": "Fjordløn", "name_en": "Fjord Payroll", "id_name": "fjordlonn",
		"description_nb": "Lønn", "description_nn": "Løn", "description_en": "Payroll", "purpose_nb": "Vi leverer for dere",
		"client_id": "client-of-fjordlonn", "redirect_urls": "https://fjordlonn.example/back",
	} {
		form.Set(name, value)
	}
	registered := press(developer, form, "save")
	if registered.Location() != "/supplier/systems/343940092_fjordlonn" {
		t.Fatalf("registering leads to %q: %s", registered.Location(), registered.Body)
	}
	if got := registered.Follow().Page().H1(); got != "Fjordlønn" {
		t.Errorf("the system is called %q", got)
	}

	const send = "/supplier/systems/343940092_fjordlonn/requests/new"
	form = developer.Get(send).Want(http.StatusOK).Page().MustForm(send)
	form.Set("customer", "355 913 619")
	form.Set("redirect_url", "https://fjordlonn.example/back")
	status := developer.Post(send, form).Follow().Want(http.StatusOK).Page()
	link := status.Value("link")
	path, id, ok := strings.Cut(link, "?id=")
	if !ok || path != kit.PublicURL+"/accessmanagement/ui/systemuser/request" {
		t.Fatalf("the link for the customer is %q", link)
	}

	approver := logIn(t, s, kit.ApproverP, strings.TrimPrefix(link, kit.PublicURL), seen)
	form = approver.page.MustForm("/requests/" + id + "/approve")
	receipt := approver.Post("/requests/"+id+"/approve", form).Follow().Want(http.StatusOK).Page()
	back := "https://fjordlonn.example/back?id=" + id + "&status=accepted"
	if !slices.Contains(receipt.Links(), back) {
		t.Errorf("the receipt has no link to %s but %v", back, receipt.Links())
	}
	if got := developer.Get("/supplier/requests/" + id).Want(http.StatusOK).Page(); !got.Has(i18n.T(nb(t), "supplier.status.accepted")) {
		t.Errorf("the supplier reads %q", got.Text())
	}

	token := s.Bearer(t, s.IssuerCall(kit.Issuer1, nil))
	question := `{"issuer": "` + kit.Issuer1 + `", "client": {"id": "client-of-fjordlonn"}, "authorization_details": [
		{"type": "urn:altinn:systemuser", "systemuser_org": {"authority": "iso6523-actorid-upis", "ID": "0192:355913619"}}]}`
	if got := token.PostJSON("/v1/enrich", question).Want(http.StatusOK).Body; !strings.Contains(got, `"systemuser_id":["`+id+`"]`) {
		t.Errorf("enriched: %s", got)
	}

	list := approver.Get("/systemusers").Want(http.StatusOK).Page()
	if !slices.Contains(list.Links(), "/systemusers/"+id) {
		t.Errorf("the list leads to %v", list.Links())
	}
	form = approver.Get("/systemusers/" + id + "/revoke").Want(http.StatusOK).Page().MustForm("/systemusers/" + id + "/revoke")
	ended := approver.Post("/systemusers/"+id+"/revoke", form).Follow().Want(http.StatusOK).Page()
	if _, again := ended.Form("/systemusers/" + id + "/revoke"); again || slices.Contains(ended.Links(), "/systemusers/"+id+"/revoke") {
		t.Error("what was revoked can be revoked again")
	}
	token = s.Bearer(t, s.IssuerCall(kit.Issuer1, nil))
	if res := token.PostJSON("/v1/enrich", question).Want(http.StatusForbidden); res.JSON()["error"] != "access_denied" {
		t.Errorf("after revoking: %s", res.Body)
	}
	for _, page := range []string{"/supplier/requests", "/supplier/requests/" + id} {
		if res := developer.Get(page).Want(http.StatusOK); !strings.Contains(res.Body, says(t, "supplier.status.ended")) {
			t.Errorf("%s does not tell the supplier that the system access has ended", page)
		}
	}

	for _, p := range kit.People() {
		for name, text := range map[string]string{"pages and addresses": seen.String(), "log": s.Logs.Text(), "database": s.Dump()} {
			if strings.Contains(text, p.PID) {
				t.Errorf("the national id of %s stands in the %s", p.Name, name)
			}
		}
	}
}

// visitor is a browser that remembers all that it was shown.
type visitor struct {
	*kit.Client
	page *kit.Page
	seen *strings.Builder
}

func (v *visitor) note(r *kit.Response) *kit.Response {
	v.seen.WriteString(r.Location() + "\n" + r.Body + "\n")
	return r
}

// Get notes what was shown.
func (v *visitor) Get(target string) *kit.Response { return v.note(v.Client.Get(target)) }

// Post notes what was shown.
func (v *visitor) Post(target string, form url.Values) *kit.Response {
	return v.note(v.Client.Post(target, form))
}

// logIn opens the address without being signed in and logs in where that leads.
func logIn(t *testing.T, s *kit.Site, p kit.Person, target string, seen *strings.Builder) *visitor {
	t.Helper()
	v := &visitor{Client: s.Anonymous(t), seen: seen}
	r := v.Get(target)
	for r.Status == http.StatusSeeOther {
		r = v.Get(r.Location())
	}
	i := slices.IndexFunc(r.Page().Links(), func(l string) bool { return strings.HasPrefix(l, "/login/test") })
	if i < 0 {
		t.Fatalf("%s leads to a page without a login: %v", target, r.Page().Links())
	}
	start := v.Get(r.Page().Links()[i]).Want(http.StatusSeeOther)
	r = v.Get(s.Authorize(p, start.Location(), "high"))
	for r.Status == http.StatusSeeOther {
		r = v.Get(r.Location())
	}
	v.page = r.Want(http.StatusOK).Page()
	return v
}
