package gallery

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/account"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

func accountPages() []Page {
	return slices.Concat(ownPages(), askPages(), logPages())
}

func ownAccess() account.View {
	manage := []ui.Can{ui.CanRead, ui.CanManage}
	return account.View{
		Name: "Kari Fjell", NumberFrom: []string{"Test-ID"},
		Ways: []account.Way{
			{ID: "w1", Provider: "Test-ID", Linked: days(-400), Seen: now},
			{ID: "w2", Provider: "Jobbkonto", Href: "https://jobbkonto.example/konto", Email: "kari.fjell@nordlys.example", Linked: days(-12), Seen: days(-2)},
		},
		More: []account.Provider{{ID: "e-post", Name: "Engangskode på e-post", About: "Vi sender en kode til adressen din"}},
		Organisations: []account.Organisation{
			{Name: bakery.Name, No: bakery.No, Current: true, Holdings: []account.Holding{
				{Role: manager, Origin: ui.Origin{Source: party.SourceRegister, From: days(-2400)}, Can: append(manage, ui.CanAll)},
				{Role: viewer, Origin: ui.Origin{Source: party.SourceClaim + "jobbkonto", Provider: "Jobbkonto", From: days(-2)}, Can: manage[:1]},
			}},
			{Name: fjell.Name, No: fjell.No, Holdings: []account.Holding{
				{Role: manages, Origin: ui.Origin{Source: party.SourceGiven, By: "Kari Nes", From: days(-90), Until: days(41)}, Can: manage},
				{Role: vatPackage, Package: true, Origin: ui.Origin{Source: party.SourceInvitation, By: "Siv Dal", From: days(-20)}, Can: []ui.Can{ui.CanPackage}},
			}},
			{Name: longName.Name, No: longName.No, StruckOff: true, Holdings: []account.Holding{
				{Role: boardChair, Origin: ui.Origin{Source: party.SourceImport, From: days(-900)}},
			}},
		},
		Logins: []account.Login{
			{ID: first, Provider: "Test-ID", Agent: "Firefox på Windows", Started: days(0), Seen: now, Level: 4, Current: true},
			{ID: second, Provider: "Jobbkonto", Agent: "Safari på iPhone", Started: days(-2), Seen: days(-1), Level: 3},
			{ID: third, Provider: "Engangskode på e-post", Started: days(-5), Seen: days(-5)},
		},
	}
}

func ownPages() []Page {
	path := kari(paths.Account())
	dark := path
	dark.Scheme = "dark"
	bare := ownAccess()
	bare.NumberFrom, bare.Ways, bare.More, bare.Organisations, bare.Logins = nil, bare.Ways[1:], nil, nil, bare.Logins[:1]
	return []Page{
		all("account/own", account.Own(path, ownAccess())),
		one("account/own-dark", account.Own(dark, ownAccess())),
		one("account/own-bare", account.Own(layout.Shell{Path: paths.Account(), Person: "Kari Fjell", LoginReady: true}, bare)),
	}
}

func askPages() []Page {
	remove := account.RemoveView{ID: "w2", Provider: "Jobbkonto", Email: "kari.fjell@nordlys.example", Current: true}
	other := account.RemoveView{ID: "w1", Provider: "Test-ID"}
	erase := account.EraseView{Name: "Kari Fjell", Organisations: []string{bakery.Name, fjell.Name}}
	faulty, only := erase, erase
	faulty.Fault, only.OnlyIn = "confirm", []string{bakery.Name}
	page := func(v account.EraseView) templ.Component { return account.Erase(kari(paths.AccountErase()), v) }
	return []Page{
		all("account/add", account.Add(kari(paths.Account()), account.AddView{Provider: "Test-ID", Href: paths.LoginWith("test-id")})),
		all("account/remove", account.Remove(kari(paths.Account()), remove)),
		one("account/remove-other", account.Remove(kari(paths.Account()), other)),
		all("account/erase", page(erase)),
		one("account/erase-faulty", page(faulty)),
		all("account/erase-only-administrator", page(only)),
		one("account/erase-without-roles", page(account.EraseView{Name: "Ola Dal"})),
	}
}

func logPages() []Page {
	path := kari(paths.AccountLog())
	did := func(n int, a policy.Action, what, whom string) account.Did {
		return account.Did{At: days(-n), Action: string(a), What: what, Whom: whom, Org: bakery.Name}
	}
	rows := []account.Did{
		did(1, policy.RequestApprove, "Fjellregnskap", ""), did(2, policy.MemberGive, "Tilgangsstyrer", "Ola Dal"),
		did(3, policy.RequestApprove, "Lønn Pluss", ""), did(4, policy.InvitationSend, "Leser", ""),
		did(9, policy.SystemUserRevoke, "Toll Enkel", ""), did(12, policy.MemberEnd, "Leser", ""),
		did(20, policy.PersonLink, "Jobbkonto", ""), did(30, "moon.land", "", ""),
	}
	rows[0].Href, rows[2].Href, rows[4].Href = paths.RequestReceipt(first), paths.Request(second), paths.SystemUser(third)
	rows[2].Denied, rows[2].Code, rows[6].Org = true, models.CodeRequestNotGranted, ""
	return []Page{
		one("account/log-empty", account.Log(path, account.LogView{})),
		one("account/log-one", account.Log(path, account.LogView{Rows: rows[:1]})),
		all("account/log-many", account.Log(path, account.LogView{Rows: rows, Older: paths.Page(paths.AccountLog(), "c2")})),
		one("account/log-middle", account.Log(path, account.LogView{
			Rows: rows, Newer: paths.AccountLog(), Older: paths.Page(paths.AccountLog(), "c3"),
		})),
	}
}
