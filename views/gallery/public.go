package gallery

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/public"
)

func publicPages() []Page {
	testID := public.Provider{Name: "Test-ID", About: "For deg med fødselsnummer eller d-nummer", Href: paths.LoginWith("test-id")}
	work := public.Provider{Name: "Jobbkonto", About: "Kontoen du bruker på jobb", Href: paths.LoginWith("jobbkonto")}
	mail := public.Provider{Name: "Engangskode på e-post", Href: paths.LoginWith("e-post")}
	known, bare := work, testID
	known.Known, bare.About = true, ""
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
		one("public/login-one", public.Login(nobody(paths.Login()), public.LoginView{Providers: []public.Provider{bare}})),
		all("public/login-many", public.Login(nobody(paths.Login()), public.LoginView{Providers: []public.Provider{testID, work, mail}})),
		one("public/login-needed", public.Login(nobody(paths.LoginTo(paths.Request(first))), public.LoginView{
			Providers: []public.Provider{testID, work}, Why: public.WhyNeeded, Next: paths.Request(first),
		})),
		all("public/login-level", public.Login(kari(paths.LoginAgain(paths.Request(first))), public.LoginView{
			Providers: []public.Provider{testID}, Why: public.WhyLevel, Next: paths.Request(first),
		})),
		all("public/login-age", public.Login(kari(paths.LoginAgain(paths.Invite())), public.LoginView{
			Providers: []public.Provider{testID, work}, Why: public.WhyAge, Next: paths.Invite(),
		})),
		all("public/known", public.Known(nobody(paths.LoginKnown()), public.KnownView{
			Email: "kari.fjell@nordlys.example", Provider: "Test-ID", Providers: []public.Provider{known, testID},
		})),
		all("public/link", public.Link(kari(paths.LoginKnownLink()), public.LinkView{Provider: "Test-ID", Email: "kari.fjell@nordlys.example"})),
		all("public/organisations", public.Organisations(kari(paths.Organisations()), orgs)),
		all("public/no-organisation", public.NoOrganisation(alone, public.NoOrganisationView{
			Person: "Ola Dal", Contact: "drift@stafett.example", Register: true,
		})),
		one("public/no-organisation-faulty", public.NoOrganisation(alone, public.NoOrganisationView{
			Person: "Ola Dal", Register: true, OrgNo: "313 275 915", Faults: []models.FieldError{{Field: "orgno", Fault: "orgno.check_digit"}},
		})),
		one("public/no-organisation-no-contact", public.NoOrganisation(alone, public.NoOrganisationView{Person: "Ola Dal"})),
		all("public/no-organisation-another", public.NoOrganisation(kari(paths.OrganisationClaim()), public.NoOrganisationView{
			Person: "Kari Fjell", Contact: "drift@stafett.example", Others: true, Register: true,
		})),
		all("public/logged-out", public.LoggedOut(nobody(paths.LoggedOut()), public.LoggedOutView{Provider: "Test-ID", EndURL: "https://login.example/end?x=1"})),
		all("public/accessibility", public.Accessibility(nobody(paths.Accessibility()), public.AccessibilityView{Contact: "drift@stafett.example"})),
		one("public/accessibility-no-contact", public.Accessibility(kari(paths.Accessibility()), public.AccessibilityView{})),
		one("public/logged-out-here-only", public.LoggedOut(layout.Shell{Path: paths.LoggedOut()}, public.LoggedOutView{})),
	}
}
