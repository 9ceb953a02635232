package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// facilitating is an agent of the accountant's, which has two clients that lack
// nothing.
func facilitating(t *testing.T) (s *kit.Site, path string) {
	t.Helper()
	s = kit.New(t)
	words := models.Text{NB: "Klientregnskap", NN: "Klientrekneskap", EN: "Client books"}
	made, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), system.System{
		ID: system.ID(string(kit.SupplierA) + "_klient"), Name: words, Description: words, Asks: []system.Ask{{Item: catalog.PackageOf(kit.AccountantPackage)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent, _, err := s.Registry.Ask(t.Context(), s.Actor(kit.DeveloperA), request.Request{Kind: systemuser.Agent, System: made.ID, Customer: kit.FacilitatorF, Items: made.Asked()})
	if err != nil {
		t.Fatal(err)
	}
	s.Approve(t, kit.DirectorF, sent.ID)
	return s, "/systemusers/" + string(sent.ID) + "/clients"
}

func mustSay(t *testing.T, r *kit.Response, parts ...string) {
	t.Helper()
	text := r.Want(http.StatusOK).Page().Text()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the page lacks %q: %s", part, text)
		}
	}
}

// A client administrator who is no access manager chooses clients; an access
// manager who is no client administrator learns who does.
func TestChoosingClients(t *testing.T) {
	t.Parallel()
	s, path := facilitating(t)
	c := s.As(t, kit.ClientAdminF)
	mustSay(t, c.Get(path), "Ingen klienter er lagt til ennå", "Legg til klienter")
	mustSay(t, c.Get(path+"/add"), "Legg til alle 2 som kan legges til", "Kan legges til 2")

	c.Post(path+"/add", url.Values{"op": {"chosen"}}).Want(http.StatusUnprocessableEntity)
	mustSay(t, c.Post(path+"/add", url.Values{"op": {"all"}}), "Legge til 2 klienter i Klientregnskap?")
	mustSay(t, c.Get(path), "Ingen klienter er lagt til ennå")
	mustSay(t, c.Post(path+"/add", url.Values{"op": {"all"}, "confirm": {"yes"}}).Follow(), "Alle 2 klienter er lagt til")
	mustSay(t, c.Get(path+"?q="+string(kit.CustomerP)), "Last ned klienten (CSV)", "Lagt til")
	mustSay(t, c.Post(path, url.Values{"op": {"chosen"}, "client": {string(kit.CustomerP)}}).Follow(), "Klienten er fjernet")
	mustSay(t, c.Post(path+"/add", url.Values{"client": {string(kit.CustomerP), string(kit.CustomerQ), string(kit.SupplierA)}}).Follow(),
		"2 av 3 klienter er lagt til", "Var lagt til fra før", "Er ikke klient hos dere", "Prøv den som ikke gikk, på nytt")

	mustSay(t, c.Post(path+"/rule", url.Values{"op": {"on"}, "kind": {kit.Accountant}}).Follow(), "Slått på av Peder Ark")
	mustSay(t, c.Post(path+"/rule", url.Values{"op": {"off"}, "kind": {kit.Accountant}}).Follow(), "Nye klienter må legges til for hånd")
	mustSay(t, c.Get("/clients"), "Klientregnskap", "Velg klienter")

	manager := s.As(t, kit.DirectorF)
	mustSay(t, manager.Get(path), "Du kan se klientene, men ikke legge til nye", "Det kan Peder Ark")
	manager.Post(path+"/add", url.Values{"op": {"all"}, "confirm": {"yes"}}).Want(http.StatusForbidden)
}

// A list is shown line by line before anything is done, however it was written.
func TestClientsFromAList(t *testing.T) {
	t.Parallel()
	s, path := facilitating(t)
	c := s.As(t, kit.ClientAdminF)
	p, q := string(kit.CustomerP), string(kit.CustomerQ)
	list := "\ufeffOrgnr;Navn\r\n" + p[:3] + " " + p[3:6] + " " + p[6:] + ";\"Et navn\"\r\n'" + q + "\n" + p + "\n" + string(kit.SupplierA) + "\nhei\n123456789\n"
	preview := c.Post(path+"/file", url.Values{"op": {"preview"}, "do": {"attach"}, "text": {list}})
	mustSay(t, preview, "Se over listen", "Legges til 2", "Er ikke klient hos dere 1", "Er ikke et organisasjonsnummer 2", "Står to ganger 1", "Legg til 2 klienter")
	form := preview.Page().MustForm(path + "/file")
	if got := form.Get("numbers"); got != p+" "+q {
		t.Errorf("numbers %q", got)
	}
	mustSay(t, c.Get(path), "Ingen klienter er lagt til ennå")
	form.Set("op", "start")
	done := c.Post(path+"/file", form).Follow()
	mustSay(t, done, "Alle 2 klienter er lagt til")
	for name, mark := range map[string]string{"UTF-16, little end first": "\xff\xfe", "UTF-16, big end first": "\xfe\xff"} {
		wide := strings.Join(strings.Split(p+"\r\n"+q, ""), "\x00")
		if mark == "\xff\xfe" {
			wide += "\x00"
		} else {
			wide = "\x00" + wide
		}
		r := c.Post(path+"/file", url.Values{"op": {"preview"}, "do": {"detach"}, "text": {mark + wide}})
		if got := r.Page().MustForm(path + "/file").Get("numbers"); got != p+" "+q {
			t.Errorf("%s: numbers %q", name, got)
		}
	}
	for name, bad := range map[string]string{"nothing": " \n", "too many": strings.Repeat("123456785\n", 10_001), "too large": strings.Repeat("x", 1<<20+1)} {
		if r := c.Post(path+"/file", url.Values{"op": {"preview"}, "text": {bad}}); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
}

// Files are for a Norwegian Excel, hold what the page's filter holds, and no
// formula.
func TestClientsAsAFile(t *testing.T) {
	t.Parallel()
	s, path := facilitating(t)
	s.Exec("UPDATE organisation SET name = '=HYPERLINK(1)' WHERE org_no = '" + string(kit.CustomerP) + "'")
	c := s.As(t, kit.ClientAdminF)
	r := c.Get(path + "/candidates.csv").Want(http.StatusOK)
	if !strings.HasPrefix(r.Body, "\ufeffOrganisasjonsnummer;Navn;") || !strings.Contains(r.Body, ";'=") && !strings.Contains(strings.ToLower(r.Body), "'=hyperlink") ||
		strings.Count(r.Body, "\r\n") != 3 || r.Header.Get("Cache-Control") != "no-store" || !strings.Contains(r.Header.Get("Content-Disposition"), "klienter.csv") {
		t.Errorf("%q, %v", r.Body, r.Header)
	}
	if r := c.Get(path + "/candidates.csv?q=" + string(kit.CustomerQ)).Want(http.StatusOK); strings.Count(r.Body, "\r\n") != 2 {
		t.Errorf("of the filter: %q", r.Body)
	}
}

// The page of clients is offered to those who may see it, while there is one.
func TestWhoIsLedToTheClients(t *testing.T) {
	t.Parallel()
	s, path := facilitating(t)
	user := strings.TrimSuffix(path, "/clients")
	_, secret := s.Invite(t, kit.DirectorF, policy.Viewer)
	if _, err := s.Registry.AcceptInvitation(t.Context(), s.Actor(kit.ViewerP), secret); err != nil {
		t.Fatal(err)
	}
	pages := []string{"", "/settings", "/history"}
	leads := func(who kit.Person) (from []string) {
		t.Helper()
		c := s.AsAt(t, who, kit.FacilitatorF, 4)
		for _, page := range pages {
			if slices.Contains(c.Get(user+page).Want(http.StatusOK).Page().Links(), path) {
				from = append(from, page)
			}
		}
		return from
	}
	for _, who := range []kit.Person{kit.DirectorF, kit.ClientAdminF} {
		if got := leads(who); !slices.Equal(got, pages) {
			t.Errorf("%s is led there from %q", who.Name, got)
		}
	}
	if got := leads(kit.ViewerP); got != nil {
		t.Errorf("who may not see them is led there from %q", got)
	}
	request := "/requests" + strings.TrimPrefix(user, "/systemusers")
	for who, want := range map[string]struct {
		kit.Person
		led bool
	}{"a director": {kit.DirectorF, true}, "a viewer": {kit.ViewerP, false}} {
		links := s.AsAt(t, want.Person, kit.FacilitatorF, 4).Get(request).Want(http.StatusOK).Page().Links()
		if slices.Contains(links, path) != want.led {
			t.Errorf("%s is led there from the request: %v", who, !want.led)
		}
	}
	s.Revoke(t, kit.DirectorF, models.ID(strings.TrimPrefix(user, "/systemusers/")))
	if got := leads(kit.DirectorF); got != nil {
		t.Errorf("from %q, when it has ended", got)
	}
}
