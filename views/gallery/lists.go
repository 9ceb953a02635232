package gallery

import (
	"fmt"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
)

// inboxView is an inbox with these on its only page.
func inboxView(waiting, answered []customer.InboxRow) customer.InboxView {
	all := len(waiting) + len(answered)
	v := customer.InboxView{Waiting: waiting, Answered: answered, List: customer.List{
		Page: 1, Pages: 1, Size: 25, All: all, Total: all, Manager: true,
		Statuses:  []customer.Chip{{Count: all}, {Value: "pending", Count: len(waiting)}, {Value: "accepted", Count: 1}, {Value: "expired", Count: 1}},
		Kinds:     []customer.Chip{{Count: all}, {Value: "own", Count: all - 1}, {Value: "change", Count: 1}},
		Suppliers: []customer.SupplierChoice{{Org: fjell, Count: 2}, {Org: customer.Org{Name: "Havn IT AS", No: "311812343"}, Count: 1}},
	}}
	return v
}

func inboxRow(id models.ID, program models.Text, supplier customer.Org, items ...customer.Item) customer.InboxRow {
	return customer.InboxRow{
		ID: id, Program: program, Supplier: supplier.Name, SupplierNo: supplier.No, Items: items, Sent: days(-2), Deadline: days(26), Status: request.Pending,
	}
}

func answeredRow(r customer.InboxRow, s request.Status) customer.InboxRow {
	if r.Status, r.Answered = s, days(-1); s == request.Expired {
		r.Answered = time.Time{}
	}
	return r
}

var harbour = customer.Org{Name: "Havn IT AS", No: "311812343"}

func inboxPages() []Page {
	a := inboxRow(first, accounts, fjell, vat(), tax(), claims())
	b := inboxRow(second, payroll, longName, vat())
	b.Title = "Lønn for avdeling Bodø"
	c := inboxRow(third, customs, harbour, tax())
	empty := kari(paths.Requests())
	empty.Inbox, empty.Flash = 0, "Du handler nå for Nordlys Bakeri AS."
	many := inboxView([]customer.InboxRow{a, b}, []customer.InboxRow{
		answeredRow(c, request.Accepted), answeredRow(b, request.Rejected), answeredRow(a, request.Expired), answeredRow(c, request.Withdrawn),
	})
	none, failed, sorted, viewer, pages := many, many, many, many, many
	none.Text, none.Status, none.Total, none.Waiting, none.Answered = "toll zzz", "accepted", 0, nil, nil
	failed.Failed, failed.SentFailed = true, true
	sorted.Sort, sorted.Waiting, sorted.Answered = "-sent", nil, append(append([]customer.InboxRow{}, many.Waiting...), many.Answered...)
	viewer.Manager, viewer.Managers = false, []string{"Kari Fjell", "Ola Dal"}
	pages.Page, pages.Pages, pages.All, pages.Total, pages.Waiting = 5, 9, 412, 412, nil
	nobodyManages := viewer
	nobodyManages.Managers = nil
	return []Page{
		all("customer/inbox-empty", customer.Inbox(empty, customer.InboxView{})),
		one("customer/inbox-one", customer.Inbox(kari(paths.Requests()), inboxView([]customer.InboxRow{a}, nil))),
		one("customer/inbox-all-answered", customer.Inbox(empty, inboxView(nil, []customer.InboxRow{answeredRow(a, request.Accepted), answeredRow(c, request.Expired)}))),
		all("customer/inbox-many", customer.Inbox(kari(paths.Requests()), many)),
		all("customer/inbox-nothing-found", customer.Inbox(kari(paths.Requests()+"?q=toll+zzz"), none)),
		one("customer/inbox-sorted", customer.Inbox(kari(paths.Requests()+"?sort=-sent"), sorted)),
		one("customer/inbox-pages", customer.Inbox(kari(paths.Requests()+"?page=5"), pages)),
		all("customer/inbox-failed", customer.Inbox(kari(paths.Requests()), failed)),
		all("customer/inbox-viewer", customer.Inbox(kari(paths.Requests()), viewer)),
		one("customer/inbox-nobody-manages", customer.Inbox(kari(paths.Requests()), nobodyManages)),
		all("customer/inbox-sent", customer.Inbox(kari(paths.Requests()), sentInbox(a, b, c))),
	}
}

// sentInbox is an inbox with what was sent on to the reader and by her.
func sentInbox(a, b, c customer.InboxRow) customer.InboxView {
	toMe := customer.Sent{ID: first, From: customer.Named{Name: "Ola Dal"}, To: customer.Named{Name: "Kari Fjell"}, At: days(-1), Due: days(3), Note: "Vi trenger dette før lønnskjøringen.", ToMe: true, Answer: true}
	byMe := customer.Sent{ID: second, From: customer.Named{Name: "Kari Fjell"}, To: customer.Named{Name: "Siri Vik"}, At: days(-1), Mine: true, Answer: true}
	a.Marks, b.Marks = []customer.Sent{toMe}, []customer.Sent{byMe}
	b.Agent = true
	yes, no, over := answeredRow(c, request.Accepted), answeredRow(a, request.Rejected), answeredRow(a, request.Expired)
	done := byMe
	done.Answer = false
	yes.Marks, no.Marks = []customer.Sent{done}, []customer.Sent{done}
	v := inboxView([]customer.InboxRow{a, b}, []customer.InboxRow{yes, no})
	siri := customer.Named{Name: "Siri Vik"}
	v.Sent = []customer.SentRow{
		{InboxRow: b, Sent: byMe},
		{InboxRow: yes, Sent: done, By: siri},
		{InboxRow: no, Sent: done, By: customer.Named{Erased: true}, Reason: "Vi har sagt opp avtalen."},
		{InboxRow: over, Sent: done},
	}
	return v
}

func overviewView(rows ...customer.SystemUserRow) customer.OverviewView {
	return customer.OverviewView{Rows: rows, List: customer.List{
		Page: 1, Pages: 1, Size: 25, All: len(rows), Total: len(rows), Manager: true,
		Statuses: []customer.Chip{
			{Count: len(rows)},
			{Value: "active", Count: 3},
			{Value: "paused", Count: 2},
			{Value: "never", Count: 1},
			{Value: "unused", Count: 1},
			{Value: "ending", Count: 1},
			{Value: "ended", Count: 2},
		},
		Kinds:     []customer.Chip{{Count: len(rows)}, {Value: "own", Count: len(rows) - 1}, {Value: "clients", Count: 1}},
		Suppliers: []customer.SupplierChoice{{Org: fjell, Count: 3}, {Org: harbour, Count: 4}},
	}}
}

func overviewPages() []Page {
	row := func(id models.ID, title string, program models.Text, supplier customer.Org, alter func(*customer.SystemUserRow)) customer.SystemUserRow {
		r := customer.SystemUserRow{
			ID: id, Title: title, Program: program, Supplier: supplier, Held: 2, Created: days(-300), LastUsed: days(0), Status: systemuser.Active,
		}
		alter(&r)
		return r
	}
	same := func(*customer.SystemUserRow) {}
	used := row(first, "Fjellregnskap", accounts, fjell, same)
	rows := []customer.SystemUserRow{
		used,
		row(second, "Lønn for butikkene", payroll, longName, func(r *customer.SystemUserRow) { r.LastUsed, r.Held = time.Time{}, 14 }),
		row(third, "Revisjon 24", accounts, harbour, func(r *customer.SystemUserRow) { r.Agent, r.Paused = true, true }),
		row(first, "Timeflyt", payroll, fjell, func(r *customer.SystemUserRow) { r.LastUsed, r.Unused = days(-120), true }),
		row(second, "Toll Enkel", customs, harbour, func(r *customer.SystemUserRow) { r.Until, r.Ending = days(12), true }),
		row(third, "Toll Enkel", customs, harbour, func(r *customer.SystemUserRow) { r.Gone, r.Held = true, 0 }),
		row(first, strings.Repeat("Regnskapsrapportering ", 4), customs, fjell, func(r *customer.SystemUserRow) {
			r.Status, r.EndedBy, r.Ended = systemuser.Revoked, systemuser.EndedByCustomer, days(-200)
		}),
		row(second, "Fjellregnskap", accounts, fjell, func(r *customer.SystemUserRow) {
			r.Status, r.EndedBy, r.Ended = systemuser.Revoked, systemuser.EndedBySupplier, days(-30)
		}),
	}
	list, many := kari(paths.SystemUsers()), overviewView(rows...)
	none := list
	none.Inbox = 0
	waiting, viewer, clients, nothing, failed, long := many, many, many, many, many, many
	waiting.Waiting, waiting.Inbox = []customer.InboxRow{inboxRow(first, accounts, fjell, vat(), tax()), inboxRow(second, payroll, longName, vat())}, 14
	waiting.Reviewed, waiting.ReviewDue, viewer.Reviewed = days(-400), 5, days(-40)
	viewer.Manager, viewer.Managers = false, []string{"Kari Fjell"}
	clients.Manager, clients.Managers, clients.Clients = false, []string{"Kari Fjell", "Ola Dal"}, true
	nothing.Text, nothing.Total, nothing.Rows = "sykkel", 0, nil
	failed.Failed, failed.InboxFailed = true, true
	long.Page, long.Pages, long.All, long.Total, long.Sort = 2, 200, 5000, 5000, "name"
	beginner := overviewView()
	beginner.Manager = false
	beginner.Managers = []string{"Kari Fjell"}
	return []Page{
		all("customer/systemusers-empty", customer.SystemUsers(none, overviewView())),
		one("customer/systemusers-empty-viewer", customer.SystemUsers(none, beginner)),
		one("customer/systemusers-one", customer.SystemUsers(none, overviewView(used))),
		all("customer/systemusers-many", customer.SystemUsers(list, waiting)),
		all("customer/systemusers-viewer", customer.SystemUsers(none, viewer)),
		one("customer/systemusers-clients", customer.SystemUsers(none, clients)),
		one("customer/systemusers-nothing-found", customer.SystemUsers(none, nothing)),
		one("customer/systemusers-failed", customer.SystemUsers(none, failed)),
		one("customer/systemusers-pages", customer.SystemUsers(none, long)),
	}
}

func forwardPages() []Page {
	at := kari(paths.RequestForward(first))
	v := customer.ForwardView{ID: first, Program: accounts, Supplier: fjell.Name, Deadline: days(26), People: []customer.Answerer{
		{ID: second, Name: "Ola Dal", Roles: []models.Text{director}},
		{ID: third, Name: "Siri Vik", Roles: []models.Text{employee, director}},
	}}
	faulty, already, only, nobody, lost, many, change := v, v, v, v, v, v, v
	faulty.Note, faulty.Due = strings.Repeat("a", 501), "i går"
	faulty.Faults = models.Faults{{Field: "to", Fault: "required"}, {Field: "note", Fault: "too_long"}, {Field: "due", Fault: "until.form"}}
	gone, late := v, v
	gone.To, gone.Faults = string(first), models.Faults{{Field: "to", Fault: "forward.person"}}
	late.To, late.Due, late.Faults = string(second), "2027-12-31", models.Faults{{Field: "due", Fault: "due.late"}}
	already.People = []customer.Answerer{{ID: second, Name: "Ola Dal", Sent: true}}
	only.People, only.Reader = nil, true
	nobody.People, nobody.Missing, nobody.Givers = nil, []customer.Item{vat(), claims()}, []string{"Kari Fjell"}
	lost.People = nil
	change.Change = true
	many.People = []customer.Answerer{{ID: third, Name: "Siri Vik", Sent: true}}
	for i := range 30 {
		many.People = append(many.People, customer.Answerer{ID: second, Name: fmt.Sprintf("Anne-Kristine Nordlandsvik-Haugerud %d", i+1), Roles: []models.Text{director}})
	}
	return []Page{
		all("customer/forward", customer.Forward(at, v)),
		all("customer/forward-faulty", customer.Forward(at, faulty)),
		one("customer/forward-cannot", customer.Forward(at, gone)),
		one("customer/forward-late", customer.Forward(at, late)),
		one("customer/forward-already", customer.Forward(at, already)),
		one("customer/forward-only-you", customer.Forward(at, only)),
		all("customer/forward-nobody", customer.Forward(at, nobody)),
		one("customer/forward-no-managers", customer.Forward(at, lost)),
		one("customer/forward-many", customer.Forward(at, many)),
		one("customer/forward-change", customer.Forward(kari(paths.ChangeForward(first)), change)),
	}
}
