package gallery

import (
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// What a facilitator's clients have to do with.
var (
	accountant   = models.Text{NB: "Regnskapsfører", NN: "Rekneskapsførar", EN: "Accountant"}
	auditor      = models.Text{NB: "Revisor", NN: "Revisor", EN: "Auditor"}
	payAgent     = models.Text{NB: "Regnskapsfører lønn", NN: "Rekneskapsførar løn", EN: "Accountant salary"}
	payPackage   = models.Text{NB: "A-ordningen", NN: "A-ordninga", EN: "A-ordningen"}
	clientsAgent = clients.Agent{ID: first, Title: "Lønnflyt for klienter", Supplier: "Fjelldata AS"}
)

// toner is the frame for a client administrator of an accountant.
func toner(path string) layout.Shell {
	return layout.Shell{
		Path: path, Person: "Mathea Solbakk", OrgName: "Tall og Tone Regnskap AS", OrgNo: "304710489", Why: "klientadministrator",
		IsCustomer: true, Clients: true, LoginReady: true,
	}
}

func clientChip(text string, n int, at bool) clients.Chip {
	return clients.Chip{Text: text, Count: n, Href: paths.SystemUserClients(first) + "?state=x", At: at}
}

func clientRows(n int) []clients.Row {
	rows := make([]clients.Row, n)
	for i := range rows {
		rows[i] = clients.Row{
			No: fmt.Sprintf("3132759%02d", i), Name: fmt.Sprintf("Nordlys Avdeling %d AS", i+1), Kinds: []models.Text{accountant},
			Since: days(-3 * i), By: "Mathea Solbakk", State: clients.Attached,
		}
	}
	return rows
}

func clientList() clients.View {
	v := clients.View{
		Agent: clientsAgent, Needs: []models.Text{payAgent, payPackage}, Query: url.Values{}, Rows: clientRows(3), Found: 3, Doable: 3, All: 3, Can: true,
		States: []clients.Chip{clientChip("Alle", 3, true), clientChip("Virker ikke nå", 1, false)},
		Kinds:  []clients.Chip{clientChip("Regnskapsfører", 3, false), clientChip("Revisor", 1, false)},
		Orders: []clients.Chip{clientChip("navn", 0, true), clientChip("nummer", 0, false), clientChip("sist lagt til", 0, false)},
		Own:    clients.Own{Name: "Tall og Tone Regnskap AS"},
		Rules: []clients.Rule{
			{URN: "urn:a", Kind: accountant, On: true, By: "Mathea Solbakk", Since: days(-20)},
			{URN: "urn:b", Kind: auditor},
		},
	}
	v.Rows[1].State, v.Rows[1].Lacks = clients.Lame, []models.Text{payPackage}
	v.Rows[2].Kinds = []models.Text{accountant, auditor}
	v.How = []clients.Lack{{Package: payPackage, Given: true, Roles: []models.Text{accountant}}}
	return v
}

func candidates() clients.View {
	v := clientList()
	v.Add, v.Rows, v.Found, v.Doable, v.All = true, clientRows(4), 412, 397, 412
	v.Rows[0].State, v.Rows[1].State, v.Rows[2].State = clients.Ready, clients.Ready, clients.Lacks
	v.Rows[2].Lacks = []models.Text{payAgent, payPackage}
	v.How = []clients.Lack{{Package: payAgent, Roles: []models.Text{accountant}}, {Package: payPackage, Given: true}}
	v.States = []clients.Chip{clientChip("Alle", 412, true), clientChip("Kan legges til", 397, false), clientChip("Mangler noe", 9, false), clientChip("Lagt til", 6, false)}
	v.Sizes = []clients.Chip{clientChip("25", 0, true), clientChip("50", 0, false), clientChip("100", 0, false)}
	v.Pages = ui.Pages{Next: paths.ClientsAdd(first) + "?page=2"}
	v.Rules = nil
	return v
}

func clientJob(status bulk.Status, total, done, failed int) clients.JobView {
	v := clients.JobView{
		Agent: clientsAgent, Can: true, Cancel: status == bulk.Running,
		Job:   clients.Job{ID: second, Kind: bulk.Attach, Status: status, Total: total, Done: done, Failed: failed, By: "Mathea Solbakk", At: now},
		Chips: []clients.Chip{clientChip("Alle", total, true), clientChip("Ferdig", done, false)},
		Rows: []clients.Outcome{
			{No: "313275900", Name: "Nordlys Avdeling 1 AS", Status: bulk.RowDone},
			{No: "313275901", Name: "Nordlys Avdeling 2 AS", Status: bulk.RowDone, Before: true},
		},
	}
	if failed > 0 {
		v.Rows = append(v.Rows,
			clients.Outcome{No: "313275902", Name: "Nordlys Avdeling 3 AS", Status: bulk.RowFailed, Code: "client.lacks", Lacks: []models.Text{payPackage}},
			clients.Outcome{No: "313275903", Status: bulk.RowFailed, Code: "client.unknown"},
			clients.Outcome{No: "313275904", Status: bulk.RowFailed, Code: "something.new"})
		v.Chips = append(v.Chips, clientChip("Gikk ikke", failed, false))
	}
	if status == bulk.Running {
		v.Rows = append(v.Rows, clients.Outcome{No: "313275905", Name: "Nordlys Avdeling 6 AS", Status: bulk.RowWaiting})
		v.Pages = ui.Pages{Next: paths.ClientsJob(first, second) + "?after=99"}
	}
	return v
}

func clientPages() []Page {
	at, add := toner(paths.SystemUserClients(first)), toner(paths.ClientsAdd(first))
	list := func(change func(*clients.View)) templ.Component {
		v := clientList()
		change(&v)
		return clients.List(at, v)
	}
	choose := func(change func(*clients.View)) templ.Component {
		v := candidates()
		change(&v)
		return clients.Add(add, v)
	}
	job := func(v clients.JobView) templ.Component {
		return clients.JobPage(toner(paths.ClientsJob(first, second)), v)
	}
	stopped := clientJob(bulk.Cancelled, 412, 20, 0)
	stopped.Job.Cancelled, stopped.Job.Rule = 392, true
	confirm := clients.ConfirmView{Agent: clientsAgent, Kind: bulk.Attach, Count: 397, Left: 15, Query: url.Values{"q": {"nord"}}, Words: []string{"nord", "Kan legges til"}}
	remove := clients.ConfirmView{Agent: clientsAgent, Kind: bulk.Detach, Count: 1, Query: url.Values{}}
	file := clients.FileView{Agent: clientsAgent, Kind: bulk.Attach, Can: true}
	faulty, level, seen := file, file, file
	faulty.Faults, faulty.Text = []models.FieldError{{Field: "text", Fault: "clients.empty"}}, "navn"
	level.Need, level.Kind = ui.NeedLevel, bulk.Detach
	seen.Seen, seen.Good, seen.List, seen.More = true, 2, "313275900 313275901", 9
	seen.Counts = []clients.Chip{{Text: "Legges til", Count: 2}, {Text: "Mangler noe", Count: 1}, {Text: "Er ikke et organisasjonsnummer", Count: 1}}
	seen.Lines = []clients.Line{
		{N: 3, Text: "313275902", Name: "Nordlys Avdeling 3 AS", Is: "lacks", Lacks: []models.Text{payPackage}},
		{N: 4, Text: "hei;hallo", Is: "number"},
		{N: 5, Text: "313275999", Is: "unknown"},
		{N: 6, Text: "313275904", Name: "Nordlys Avdeling 5 AS", Is: "already"},
		{N: 7, Text: "313275900", Is: "twice"},
		{N: 1, Text: "313275900", Name: "Nordlys Avdeling 1 AS", Is: "ok"},
		{N: 2, Text: "313275901", Name: "Nordlys Avdeling 2 AS", Is: "ok"},
	}
	over := clients.OverView{Agents: []clients.Agent{clientsAgent}, All: 2, Rows: []clients.OverRow{
		{Row: clientRows(1)[0], Agents: []clients.Agent{clientsAgent}}, {Row: clientRows(2)[1]},
	}}
	filePath := toner(paths.ClientsFile(first))
	return []Page{
		all("clients/list", list(func(*clients.View) {})),
		all("clients/list-empty", list(func(v *clients.View) { v.Rows, v.All, v.Found, v.Doable, v.How = nil, 0, 0, 0, nil })),
		one("clients/list-one", list(func(v *clients.View) { v.Rows, v.All, v.Found, v.Doable, v.How = v.Rows[:1], 1, 1, 1, nil })),
		one("clients/list-none-found", list(func(v *clients.View) { v.Text, v.Rows, v.Found, v.Doable, v.How = "Olsen", nil, 0, 0, nil })),
		one("clients/list-own", list(func(v *clients.View) { v.Own.Can, v.Own.CanAdd = true, true })),
		one("clients/list-own-on", list(func(v *clients.View) { v.Own.Can, v.Own.On, v.Own.Since = true, true, days(-9) })),
		all("clients/list-reader", list(func(v *clients.View) { v.Can, v.Admins = false, []string{"Mathea Solbakk", "Siv Dal"} })),
		one("clients/list-reader-nobody", list(func(v *clients.View) { v.Can = false })),
		one("clients/list-age", list(func(v *clients.View) { v.Need = ui.NeedAge })),
		one("clients/list-rests", list(func(v *clients.View) { v.Rules[0].Rests = true })),
		one("clients/list-jobs", list(func(v *clients.View) {
			v.Jobs = []clients.Job{clientJob(bulk.Running, 412, 160, 0).Job, clientJob(bulk.Done, 3, 1, 2).Job, stopped.Job}
		})),
		one("clients/list-faulty", list(func(v *clients.View) { v.Faults = []models.FieldError{{Field: "clients", Fault: "clients.none"}} })),
		one("clients/list-long", list(func(v *clients.View) {
			v.Title = "Lønnflyt for klienter av avdelingen for entreprenører og anleggsvirksomhet i Nordre Innlandet"
			v.Rows[0].Name = longName.Name
			v.Rows[1].Lacks = []models.Text{payPackage, longRole}
		})),
		all("clients/add", choose(func(*clients.View) {})),
		all("clients/add-empty", choose(func(v *clients.View) { v.Rows, v.All, v.Found, v.Doable = nil, 0, 0, 0 })),
		one("clients/add-lacks", choose(func(v *clients.View) { v.State, v.Rows, v.Found, v.Doable = clients.Lacks, v.Rows[2:3], 1, 0 })),
		one("clients/add-not-here", choose(func(v *clients.View) { v.Rows, v.Found, v.Doable, v.All = v.Rows[2:3], 26, 3, 26 })),
		one("clients/add-level", choose(func(v *clients.View) { v.Need = ui.NeedLevel })),
		one("clients/add-match", choose(func(v *clients.View) { v.Text, v.Query = "nord", url.Values{"q": {"nord"}} })),
		all("clients/confirm-add", clients.Confirm(add, confirm)),
		all("clients/confirm-remove", clients.Confirm(at, remove)),
		all("clients/job-running", job(clientJob(bulk.Running, 412, 160, 3))),
		all("clients/job-some", job(clientJob(bulk.Done, 5, 2, 3))),
		one("clients/job-done", job(clientJob(bulk.Done, 2, 2, 0))),
		one("clients/job-stopped", job(stopped)),
		all("clients/file", clients.FilePage(filePath, file)),
		one("clients/file-faulty", clients.FilePage(filePath, faulty)),
		one("clients/file-level", clients.FilePage(filePath, level)),
		all("clients/file-seen", clients.FilePage(filePath, seen)),
		all("clients/overview", clients.Overview(toner(paths.Clients()), over)),
		all("clients/overview-empty", clients.Overview(toner(paths.Clients()), clients.OverView{})),
		one("clients/overview-no-agents", clients.Overview(toner(paths.Clients()), clients.OverView{Rows: over.Rows[1:], All: 1})),
	}
}
