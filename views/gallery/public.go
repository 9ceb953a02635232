package gallery

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/public"
)

func publicPages() []Page {
	testID := public.Provider{Name: "Test-ID", Href: paths.LoginWith("test-id")}
	work := public.Provider{Name: "Jobbkonto", Href: paths.LoginWith("jobbkonto")}
	alone := layout.Shell{Path: paths.Organisations(), Person: "Ola Dal", LoginReady: true}
	orgs := public.OrganisationsView{Return: paths.Request(first), Rows: []public.OrganisationRow{
		{Name: "Fjelldata AS", No: "310678961", Roles: []models.Text{accessManager}},
		{Name: "Nordlys Bakeri AS", No: "313275914", Roles: []models.Text{director, chair}, Current: true},
		{Name: "Samarbeidet for felles innkjøp av kjøkkenutstyr i Nordre Innland og omegn SA", No: "312403072"},
	}}
	return []Page{
		all("public/front", public.Front(nobody(paths.Front()))),
		one("public/front-login-not-set-up", public.Front(layout.Shell{Path: paths.Front()})),
		all("public/login-none", public.Login(layout.Shell{Path: paths.Login()}, public.LoginView{})),
		one("public/login-one", public.Login(nobody(paths.Login()), public.LoginView{Providers: []public.Provider{testID}})),
		all("public/login-many", public.Login(nobody(paths.Login()), public.LoginView{Providers: []public.Provider{testID, work}})),
		all("public/organisations", public.Organisations(kari(paths.Organisations()), orgs)),
		all("public/no-organisation", public.NoOrganisation(alone, public.NoOrganisationView{Person: "Ola Dal", Contact: "drift@stafett.example"})),
		one("public/no-organisation-no-contact", public.NoOrganisation(alone, public.NoOrganisationView{Person: "Ola Dal"})),
		all("public/logged-out", public.LoggedOut(nobody(paths.LoggedOut()), public.LoggedOutView{Provider: "Test-ID", EndURL: "https://login.example/end?x=1"})),
		one("public/logged-out-here-only", public.LoggedOut(layout.Shell{Path: paths.LoggedOut()}, public.LoggedOutView{})),
	}
}
