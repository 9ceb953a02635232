package web_test

import (
	"net/http"
	"strings"
	"testing"

	kit "github.com/stafett/stafett/handlers/handlertest"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Who administers access approves an agent without holding what it may do; the
// page says that the approval alone gives nothing, and leads from the address
// that suppliers hand out.
func TestApprovingAnAgent(t *testing.T) {
	t.Parallel()
	s := kit.New(t)
	words := models.Text{NB: "Klientregnskap", NN: "Klientrekneskap", EN: "Client books"}
	made, err := s.Registry.RegisterSystem(t.Context(), s.Actor(kit.DeveloperA), system.System{
		ID: system.ID(string(kit.SupplierA) + "_klient"), Name: words, Description: words,
		Asks: []system.Ask{{Item: catalog.PackageOf(kit.AccountantPackage)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent, _, err := s.Registry.Ask(t.Context(), s.Actor(kit.DeveloperA), request.Request{
		Kind: systemuser.Agent, System: made.ID, Customer: kit.CustomerP, Items: made.Asked(),
		Purpose: models.Text{NB: "Vi fører regnskap for klientene"}, ContactEmail: "hjelp@pilspiss.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	c := s.As(t, kit.PartialP) // holds no AccountantPackage
	page := c.Get("/AccessManagement/ui/systemuser/agentRequest?ID=" + string(sent.ID) + "&DONTCHOOSEREPORTEE=true").Follow().Want(http.StatusOK).Page()
	for _, want := range []string{"klientadministrator", "Godkjenningen alene gir det ingenting", "Vi fører regnskap for klientene", "hjelp@pilspiss.example", "Du trenger ikke å ha den selv"} {
		if !strings.Contains(page.Text(), want) {
			t.Errorf("the page lacks %q: %s", want, page.Text())
		}
	}
	path := "/requests/" + string(sent.ID)
	receipt := c.Post(path+"/approve", page.MustForm(path+"/approve")).Follow().Want(http.StatusOK).Page()
	if !strings.Contains(receipt.Text(), "er godkjent for klienter") || !strings.Contains(receipt.Text(), "Ingenting er gitt ennå") {
		t.Errorf("the receipt: %s", receipt.Text())
	}
	user := c.Get("/systemusers/" + string(sent.ID)).Want(http.StatusOK).Page()
	if !strings.Contains(user.Text(), "for de klientene som en klientadministrator") || strings.Contains(user.Text(), "på vegne av") {
		t.Errorf("the system user's page: %s", user.Text())
	}
}
