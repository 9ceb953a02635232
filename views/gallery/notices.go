package gallery

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/notices"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

func noticePages() []Page {
	path := kari(paths.Notices())
	path.Notices = 2
	dark := path
	dark.Scheme = "dark"
	long := toldOf(notices.Notice{
		ID: first, Type: "asked", Supplier: longName.Name, Title: longName.Name, Status: request.Pending, Until: days(20), At: now, Unread: true,
	})
	elsewhere := toldOf(told()[:1]...)
	elsewhere.Elsewhere = 3
	none := toldOf()
	none.Unread = 0
	such := none
	such.Filtered = true
	return []Page{
		all("notices/list", notices.List(path, toldOf(told()...))),
		one("notices/list-dark", notices.List(dark, toldOf(told()...))),
		one("notices/list-long", notices.List(path, long)),
		one("notices/list-elsewhere", notices.List(path, elsewhere)),
		all("notices/list-none", notices.List(kari(paths.Notices()), none)),
		one("notices/list-none-such", notices.List(kari(paths.Notices()), such)),
		all("notices/settings", notices.Choose(kari(paths.NoticeSettings()), settings(true, "kari.fjell@nordlys.example"))),
		one("notices/settings-no-address", notices.Choose(kari(paths.NoticeSettings()), settings(true, ""))),
		one("notices/settings-no-mail", notices.Choose(kari(paths.NoticeSettings()), settings(false, ""))),
		one("notices/settings-saved", notices.Choose(saved(kari(paths.NoticeSettings())), settings(true, "kari.fjell@nordlys.example"))),
		one("notices/settings-fault", notices.Choose(kari(paths.NoticeSettings()), faulty(settings(true, "kari.fjell@nordlys.example")))),
	}
}

// told is one notice of each kind.
func told() []notices.Notice {
	const pay, books = "Fjell Lønn", "Fjell Regnskap"
	return []notices.Notice{
		{ID: first, Type: "asked", Supplier: fjell.Name, Title: pay, Status: request.Pending, Until: days(28), At: days(0), Unread: true},
		{ID: second, Type: "forwarded", Supplier: fjell.Name, Title: books, Status: request.Pending, Until: days(3), At: days(-1), Unread: true},
		{ID: third, Type: "asked", Change: true, Supplier: fjell.Name, Title: books, Status: request.Rejected, Until: days(3), At: days(-2)},
		{ID: first, Type: "decided", Supplier: fjell.Name, Title: pay, Status: request.Accepted, At: days(-3)},
		{ID: first, Type: "decided", Supplier: fjell.Name, Title: pay, Status: request.Pending, Wished: true, At: days(-3)},
		{ID: second, Type: "answered", Supplier: fjell.Name, Title: books, Status: request.Rejected, At: days(-4)},
		{ID: second, Type: "decided", Supplier: fjell.Name, Title: books, Status: request.Withdrawn, At: days(-5)},
		{ID: second, Type: "decided", Supplier: fjell.Name, Title: books, Status: request.Expired, At: days(-5)},
		{ID: third, Type: "expiring", Supplier: fjell.Name, Title: pay, Status: request.Pending, Until: days(6), At: days(-6)},
		{ID: third, Type: "expiring", User: true, Supplier: fjell.Name, Title: pay, Until: days(6), At: days(-6)},
		{ID: third, Type: "asked", Gone: true, At: days(-30)},
	}
}

func toldOf(ns ...notices.Notice) notices.View {
	return notices.View{
		Org: bakery.Name, Notices: ns, Unread: 2, Pages: ui.Pages{Next: paths.Page(paths.Notices(), "1")},
		Filters: []notices.Filter{
			{Text: "Alle", Href: paths.Notices(), On: true},
			{Text: "Uleste", Href: paths.Notices() + "?unread=1", Count: 2},
			{Text: "Forespørsler", Href: paths.Notices() + "?type=asked"},
		},
	}
}

func settings(mails bool, address string) notices.Settings {
	return notices.Settings{
		Mails: mails, Address: address, Lang: models.NN,
		Rows: []notices.Row{
			{Type: "asked", Here: true, Mail: true}, {Type: "forwarded", Here: true}, {Type: "decided", Here: true}, {Type: "answered"}, {Type: "expiring", Here: true},
		},
	}
}

func saved(s layout.Shell) layout.Shell {
	s.Flash = "Valgene dine er lagret."
	return s
}

func faulty(s notices.Settings) notices.Settings {
	s.Faults = []models.FieldError{{Field: "lang", Fault: "choice"}}
	return s
}
