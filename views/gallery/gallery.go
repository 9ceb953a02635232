package gallery

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/layout"
)

// Page is one page in one state.
type Page struct {
	Name      string // of the golden file, without language and ending
	Languages []models.Language
	Page      templ.Component
}

// Pages lists all pages.
func Pages() []Page {
	return slices.Concat(failurePages(), publicPages(), customerPages(), recordPages(), createPages(), supplierPages(), membersPages(), accountPages(), settingsPages(), docsPages(), clientPages(), noticePages())
}

// one lists a page in bokmål only.
func one(name string, page templ.Component) Page {
	return Page{Name: name, Languages: []models.Language{models.NB}, Page: page}
}

// all lists a page in every language.
func all(name string, page templ.Component) Page {
	return Page{Name: name, Languages: models.Languages(), Page: page}
}

// now is when the gallery is.
var now = time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)

// days is now some days later, or earlier.
func days(n int) time.Time { return now.AddDate(0, 0, n) }

// nobody is the frame for who is not signed in.
func nobody(path string) layout.Shell {
	return layout.Shell{Path: path, LoginReady: true}
}

// kari is the frame for a managing director with two requests waiting.
func kari(path string) layout.Shell {
	return layout.Shell{
		Path: path, Person: "Kari Fjell", OrgName: "Nordlys Bakeri AS", OrgNo: "313275914",
		Why: "daglig leder", CanSwitch: true, IsCustomer: true, Inbox: 2, LoginReady: true,
	}
}

// facilitating is the frame for one whose organisation has clients.
func facilitating(s layout.Shell) layout.Shell {
	s.Clients = true
	return s
}

// siv is the frame for a supplier's developer.
func siv(path string) layout.Shell {
	return layout.Shell{
		Path: path, Person: "Siv Dal", OrgName: "Fjelldata AS", OrgNo: "310678961",
		Why: "tilgangsstyrer", IsSupplier: true, LoginReady: true,
	}
}
