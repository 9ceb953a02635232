package gallery

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/views/layout"
	"github.com/stafett/stafett/views/members"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// Ids of the gallery's people, holdings and invitations.
const (
	kariID  models.ID = "5b1c7b52-0f2c-4a55-8b7e-6b1fd3c1a901"
	olaID   models.ID = "5b1c7b52-0f2c-4a55-8b7e-6b1fd3c1a902"
	holding models.ID = "91a6c2de-0d51-4f0e-9a20-4b9f1f6f9c11"
)

// Roles and powers that people give each other.
var (
	viewer      = models.Text{NB: "Leser", NN: "Lesar", EN: "Viewer"}
	manages     = models.Text{NB: "Tilgangsstyrer", NN: "Tilgangsstyrar", EN: "Access manager"}
	mainAdmin   = models.Text{NB: "Hovedadministrator", NN: "Hovudadministrator", EN: "Main administrator"}
	clientAdmin = models.Text{NB: "Klientadministrator", NN: "Klientadministrator", EN: "Client administrator"}
	systemAdmin = models.Text{NB: "Systemadministrator", NN: "Systemadministrator", EN: "System administrator"}
	manager     = models.Text{NB: "Daglig leder", NN: "Dagleg leiar", EN: "Managing director"}
	boardChair  = models.Text{NB: "Styrets leder", NN: "Styreleiar", EN: "Chair of the board"}
	vatPackage  = models.Text{NB: "Merverdiavgift", NN: "Meirverdiavgift", EN: "Value added tax"}
)

// longRole is a package whose name goes over several lines on a phone.
var longRole = models.Text{NB: "Attester, tillatelser og løyver for byggesaker, kulturminner og tilrettelagt arbeid"}

func membersPages() []Page {
	return slices.Concat(membersLists(), memberPages(), endPages(), invitePages(), acceptPages())
}

func registered(role models.Text, can ...ui.Can) members.Holding {
	return members.Holding{ID: holding, Role: role, Origin: ui.Origin{Source: party.SourceRegister, From: days(-2400)}, Can: can}
}

func given(role models.Text, can ...ui.Can) members.Holding {
	return members.Holding{
		ID: holding, Role: role, Origin: ui.Origin{Source: party.SourceGiven, By: "Kari Fjell", From: days(-120)}, Can: can, CanEnd: true,
	}
}

func karisHoldings() members.Person {
	return members.Person{ID: kariID, Name: "Kari Fjell", You: true, Holdings: []members.Holding{
		registered(manager, ui.CanRead, ui.CanManage, ui.CanAll),
		registered(boardChair, ui.CanRead, ui.CanManage, ui.CanAll),
	}}
}

func olasHoldings() members.Person {
	vat := given(vatPackage, ui.CanPackage)
	vat.Package, vat.Origin.Until = true, days(41)
	return members.Person{ID: olaID, Name: "Ola Dal", Holdings: []members.Holding{given(manages, ui.CanRead, ui.CanManage), vat}}
}

func sirisHoldings() members.Person {
	invited, claimed := given(viewer, ui.CanRead), given(viewer, ui.CanRead)
	invited.Origin.Source, invited.Origin.By = party.SourceInvitation, "Ola Dal"
	claimed.Origin = ui.Origin{Source: party.SourceClaim + "jobbkonto", Provider: "Jobbkonto", From: days(-3)}
	claimed.CanEnd = false
	return members.Person{ID: third, Name: "Siri Vik", Holdings: []members.Holding{invited, claimed}}
}

func membersLists() []Page {
	path := kari(paths.Members())
	list := func(change func(*members.View)) templ.Component {
		v := members.View{
			People: []members.Person{karisHoldings(), olasHoldings(), sirisHoldings()}, Total: 3, Manager: true,
			Invitations: []members.Invitation{
				{ID: first, Role: manages, Email: "siv.dal@nordlys.example", By: "Kari Fjell", Sent: days(-1), Until: days(6)},
				{ID: second, Role: viewer, Sent: days(-5), Until: days(2)},
			},
			Past: []members.Person{before("Per Nes", false), before("", true)},
		}
		change(&v)
		return members.List(path, v)
	}
	return []Page{
		all("members/list", list(func(*members.View) {})),
		one("members/list-empty", list(func(v *members.View) { *v = members.View{Manager: true} })),
		all("members/list-one", list(func(v *members.View) {
			*v = members.View{People: []members.Person{karisHoldings()}, Total: 1, Manager: true}
		})),
		all("members/list-reader", list(func(v *members.View) {
			v.Manager, v.People = false, []members.Person{readOnly(karisHoldings()), readOnly(olasHoldings())}
			v.Invitations = nil
		})),
		one("members/list-found", list(func(v *members.View) {
			v.Query, v.Total, v.People, v.Invitations, v.Past = "dal", 24, []members.Person{olasHoldings()}, nil, nil
		})),
		one("members/list-none-found", list(func(v *members.View) {
			v.Query, v.Total, v.People, v.Invitations, v.Past = "Olsen", 24, nil, nil, nil
		})),
		one("members/list-long", list(func(v *members.View) {
			v.Total = 24
			p := olasHoldings()
			p.Name = "Aleksander Kristoffer Bartholomeus Nordgarden-Vestergaard"
			p.Holdings = append(p.Holdings, given(longRole, ui.CanPackage), given(systemAdmin, ui.CanSystems), given(clientAdmin, ui.CanClients))
			v.People = append(v.People, p)
			v.Invitations[0].Email = "fornavn.mellomnavn.etternavn-med-bindestrek@avdeling.nordlys-bakeri.example"
		})),
	}
}

// before is somebody who had a role.
func before(name string, erased bool) members.Person {
	h := given(viewer)
	h.Origin.Ended, h.CanEnd = days(-30), false
	return members.Person{ID: second, Name: name, Erased: erased, Holdings: []members.Holding{h}}
}

// readOnly is the person as those see him who may not change anything.
func readOnly(p members.Person) members.Person {
	p.You = false
	for i := range p.Holdings {
		p.Holdings[i].CanEnd = false
	}
	return p
}

func giveForm() members.Form {
	return members.Form{
		Powers: []members.Choice{
			{URN: "urn:altinn:accesspackage:tilgangsstyrer", Name: manages, Can: []ui.Can{ui.CanRead, ui.CanManage}},
			{URN: "urn:altinn:accesspackage:klientadministrator", Name: clientAdmin, Can: []ui.Can{ui.CanClients}},
			{URN: "urn:stafett:role:systemadministrator", Name: systemAdmin, Can: []ui.Can{ui.CanSystems}},
			{URN: "urn:stafett:role:viewer", Name: viewer, Can: []ui.Can{ui.CanRead}},
		},
		Packages: []members.Choice{
			{URN: "urn:altinn:accesspackage:merverdiavgift", Name: vatPackage},
			{URN: "urn:altinn:accesspackage:attester", Name: longRole},
		},
		Not: []members.Refused{
			{Name: mainAdmin, Cause: string(policy.NotPassedOn), Others: []string{"Kari Fjell"}},
			{Name: models.Text{NB: "Lønn", NN: "Løn", EN: "Payroll"}, Cause: string(policy.MissingPack), Others: []string{"Kari Fjell", "Siri Vik"}},
			{Name: manager, Cause: string(policy.NotDelegable)},
		},
	}
}

func memberPages() []Page {
	path := kari(paths.Member(olaID))
	page := func(change func(*members.MemberView)) templ.Component {
		past := given(viewer)
		past.Origin.From, past.Origin.Ended = days(-400), days(-120)
		v := members.MemberView{Person: olasHoldings(), Past: []members.Holding{past}, Manager: true, Form: giveForm()}
		change(&v)
		return members.Member(path, v)
	}
	return []Page{
		all("members/member", page(func(*members.MemberView) {})),
		one("members/member-you", page(func(v *members.MemberView) { v.Person, v.Past = karisHoldings(), nil })),
		one("members/member-elsewhere", page(func(v *members.MemberView) {
			v.Person, v.Past = sirisHoldings(), nil
			main := given(mainAdmin, ui.CanRead, ui.CanManage, ui.CanAll)
			main.CanEnd = false
			imported := registered(boardChair)
			imported.Origin.Source = party.SourceImport
			v.Person.Holdings = append(v.Person.Holdings, main, imported)
		})),
		one("members/member-reader", page(func(v *members.MemberView) {
			v.Person, v.Manager, v.Form = readOnly(v.Person), false, members.Form{}
		})),
		one("members/member-level", page(func(v *members.MemberView) { v.Need = ui.NeedLevel })),
		all("members/member-age", page(func(v *members.MemberView) { v.Need = ui.NeedAge })),
		one("members/member-struck-off", page(func(v *members.MemberView) { v.StruckOff, v.Form = true, members.Form{} })),
		one("members/member-nothing-to-give", page(func(v *members.MemberView) { v.Form.Powers, v.Form.Packages = nil, nil })),
		one("members/member-faulty", page(func(v *members.MemberView) {
			v.Form.Until = "2020-01-01"
			v.Form.Faults = []models.FieldError{{Field: "urn", Fault: "required"}, {Field: "until", Fault: "until.past"}}
		})),
		one("members/member-erased", page(func(v *members.MemberView) {
			v.Person = members.Person{ID: olaID, Erased: true}
		})),
	}
}

func endPages() []Page {
	path := kari(paths.HoldingEnd(holding))
	ola, you := olasHoldings(), karisHoldings()
	own := given(manages, ui.CanRead, ui.CanManage)
	return []Page{
		all("members/end", members.End(path, members.EndView{Person: ola, Holding: ola.Holdings[0]})),
		all("members/end-yourself", members.End(path, members.EndView{Person: you, Holding: own, Last: true})),
		one("members/end-last", members.End(path, members.EndView{Person: ola, Holding: ola.Holdings[1], Last: true})),
		all("members/end-nobody-left", members.End(path, members.EndView{Person: ola, Holding: ola.Holdings[0], Nobody: true})),
	}
}

func invitePages() []Page {
	path, faulty := kari(paths.Invite()), giveForm()
	faulty.Role, faulty.Until, faulty.Email = faulty.Powers[0].URN, "2020-01-01", "siv.dal(at)nordlys"
	faulty.Faults = []models.FieldError{{Field: "email", Fault: "form"}, {Field: "role_until", Fault: "until.past"}}
	invited := members.InvitedView{
		Link: "https://stafett.example/invitations/accept?k=3q2-7wEBAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs",
		Role: manages, Email: "siv.dal@nordlys.example", Mail: members.MailSent, Until: days(7),
	}
	failed, off, none := invited, invited, invited
	failed.Mail, off.Mail, none.Mail = members.MailFailed, members.MailOff, members.MailNone
	none.Email, none.Ending = "", days(41)
	return []Page{
		all("members/invite", members.Invite(path, members.InviteView{Form: giveForm(), MailReady: true, Days: 7})),
		one("members/invite-no-mail", members.Invite(path, members.InviteView{Form: giveForm(), Days: 1})),
		all("members/invite-faulty", members.Invite(path, members.InviteView{Form: faulty, MailReady: true, Days: 7})),
		one("members/invite-level", members.Invite(path, members.InviteView{Form: giveForm(), Need: ui.NeedLevel, Days: 7})),
		one("members/invite-nothing-to-give", members.Invite(path, members.InviteView{Days: 7})),
		all("members/invited-sent", members.Invited(path, invited)),
		one("members/invited-failed", members.Invited(path, failed)),
		one("members/invited-no-mail", members.Invited(path, off)),
		all("members/invited-link", members.Invited(path, none)),
	}
}

func acceptPages() []Page {
	alone := layout.Shell{Path: paths.InvitationAccept(), Person: "Siv Dal", LoginReady: true}
	v := members.AcceptView{
		ID: "5b6f0c3e-52a1-4d7e-9d3b-0e4b6a1c2f10", By: "Kari Fjell", Org: bakery.Name, OrgNo: bakery.No, Role: manages, Can: []ui.Can{ui.CanRead, ui.CanManage}, Until: days(6),
	}
	operator, has := v, v
	operator.By, operator.Org, operator.OrgNo, operator.Ending = "", longName.Name, longName.No, days(200)
	operator.Role, operator.Can = mainAdmin, []ui.Can{ui.CanRead, ui.CanManage, ui.CanAll}
	has.Has = true
	return []Page{
		all("members/accept", members.Accept(alone, v)),
		one("members/accept-operator", members.Accept(alone, operator)),
		one("members/accept-has", members.Accept(alone, has)),
	}
}
