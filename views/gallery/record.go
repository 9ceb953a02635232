package gallery

import (
	"strconv"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// recordPages are histories, suppliers and yearly reviews.
func recordPages() []Page {
	all3 := append(historyPages(), supplierRecordPages()...)
	return append(all3, userReviewPages()...)
}

func historyPages() []Page {
	salary, reading := models.Text{NB: "Lønn", NN: "Løn", EN: "Salary"}, models.Text{NB: "Skattemelding", NN: "Skattemelding", EN: "Tax return"}
	lines := []customer.Line{
		{At: days(0), Side: "customer", Action: string(policy.SystemUserNarrow), Who: "Kari Fjell", Role: director, Removed: []models.Text{reading}},
		{At: days(-1), Side: "customer", Action: string(policy.SystemUserSuspend), Who: "Kari Fjell", Role: director, Stop: true},
		{At: days(-2), Side: "customer", Action: string(policy.SystemUserRevoke), Who: "Ola Ås", Role: employee, Denied: true, Code: models.CodeForbidden},
		{At: days(-3), Side: "customer", Action: string(policy.SystemUserLimit), Who: "Kari Fjell", Role: director, Ends: true, Until: days(90)},
		{At: days(-4), Side: "customer", Action: string(policy.SystemUserKeep), Who: "Kari Fjell", Role: director, Review: true},
		{At: days(-40), Side: "customer", Action: string(policy.ChangeApprove), Who: "Kari Fjell", Role: director, Added: []models.Text{reading}, Change: first},
		{At: days(-41), Side: "supplier", Action: string(policy.ChangeSend), Change: first},
		{At: days(-400), Side: "registry", Action: string(policy.RequestLapse), Request: first},
		{At: days(-401), Side: "customer", Action: string(policy.RequestApprove), Who: "Kari Fjell", Role: director, Given: []models.Text{salary, reading}, Request: first},
	}
	v := customer.HistoryView{
		ID: first, Title: "Fjellregnskap", Supplier: fjell.Name, Lines: lines, Page: 1, Pages: 1, Now: now,
		Counts: map[string]int{"": 9, "customer": 7, "supplier": 1, "registry": 1},
	}
	one1 := v
	one1.Lines, one1.Counts = lines[8:], map[string]int{"": 1, "customer": 1}
	none := v
	none.Lines, none.Side = nil, "registry"
	many := v
	many.Page, many.Pages, many.Side, many.Clients = 2, 3, "customer", true
	many.Lines = []customer.Line{{
		At: days(-5), Side: "customer", Action: string(policy.ClientAttach), Who: strings.Repeat("Langenavn ", 8), Role: director, Client: strings.Repeat("Regnskap", 12),
	}}
	at := paths.SystemUserHistory(first)
	return []Page{
		all("customer/history", customer.History(kari(at), v)),
		one("customer/history-one", customer.History(kari(at), one1)),
		one("customer/history-none", customer.History(kari(at), none)),
		one("customer/history-many", customer.History(facilitating(kari(at)), many)),
	}
}

func supplierRecordPages() []Page {
	rows := []customer.SupplierRow{
		{Org: fjell, Live: 2, Waiting: 1},
		{Org: customer.Org{Name: strings.Repeat("Regnskap", 12) + " AS", No: "310000011"}, Live: 1, Paused: 1},
		{Org: customer.Org{Name: "Støy AS", No: "310000022"}, Blocked: true},
		{Org: customer.Org{Name: "Før AS", No: "310000033"}},
	}
	users := []customer.SystemUserRow{
		{ID: first, Title: "Fjellregnskap", Held: 3, LastUsed: days(-1), Status: systemuser.Active},
		{ID: first, Title: strings.Repeat("Fjellregnskap", 7), Held: 1, Status: systemuser.Active},
		{ID: first, Title: "Fjellonn", Status: systemuser.Active, Paused: true},
		{ID: first, Title: "Gammel", Status: systemuser.Revoked, LastUsed: days(-300)},
	}
	v := customer.SupplierView{Org: fjell, Since: days(-700), Users: users, Waiting: 1, CanStop: true, CanBlock: true, CanStart: true}
	blocked := v
	blocked.Blocked, blocked.BlockedBy, blocked.Reason, blocked.Stopped, blocked.CanStop, blocked.Waiting = days(-1), "Kari Fjell", "Spør hver dag.", 2, false, 0
	low := blocked
	low.BlockedBy, low.CanStart, low.Need = "", false, ui.NeedLevel
	reader := customer.SupplierView{Org: fjell, Users: users[:1]}
	empty := customer.SupplierView{Org: fjell, Waiting: 2, CanBlock: true}
	act := customer.SupplierActView{Org: fjell, Titles: []string{"Fjellregnskap", "Fjellonn"}, Waiting: 1}
	wrong := act
	wrong.Reason, wrong.Faults = strings.Repeat("x", 501), []models.FieldError{{Field: "reason", Fault: "too_long"}}
	list, at := paths.Suppliers(), paths.CustomerSupplier(fjell.No)
	return []Page{
		all("customer/suppliers", customer.Suppliers(kari(list), rows)),
		one("customer/suppliers-one", customer.Suppliers(kari(list), rows[:1])),
		one("customer/suppliers-none", customer.Suppliers(kari(list), nil)),
		all("customer/supplier", customer.Supplier(kari(at), v)),
		all("customer/supplier-blocked", customer.Supplier(kari(at), blocked)),
		one("customer/supplier-step-up", customer.Supplier(kari(at), low)),
		one("customer/supplier-reader", customer.Supplier(kari(at), reader)),
		one("customer/supplier-nothing", customer.Supplier(kari(at), empty)),
		all("customer/supplier-stop", customer.StopSupplier(kari(at), act)),
		one("customer/supplier-stop-fault", customer.StopSupplier(kari(at), wrong)),
		all("customer/supplier-block", customer.BlockSupplier(kari(at), act)),
		one("customer/supplier-block-fault", customer.BlockSupplier(kari(at), wrong)),
	}
}

func userReviewPages() []Page {
	var users []customer.ReviewUser
	for i, title := range []string{"Fjellregnskap", "Fjellonn", strings.Repeat("Fjellregnskap", 7)} {
		users = append(users, customer.ReviewUser{
			ID: models.ID(strconv.Itoa(i) + string(first[1:])), Title: title, Supplier: fjell.Name, Created: days(-500), ApprovedBy: "Kari Fjell",
			LastUsed: days(-3), Items: []customer.Item{vat(), tax()}, Version: 1,
		})
	}
	users[1].LastUsed, users[1].ApprovedBy, users[1].Until, users[1].Paused = now.AddDate(-3000, 0, 0), "", days(40), true
	users[1].LastUsed = customer.Use{}.Last
	users[2].Gone = true
	v := customer.UserReviewView{Users: users, Last: days(-380), Due: 2, Can: true, Now: now}
	reader := v
	reader.Can, reader.Last = false, customer.Use{}.Last
	wrong := v
	wrong.Faults = []models.FieldError{{Field: "answers", Fault: "answers.none"}}
	stale := v
	stale.Nothing = true
	done := customer.UserReviewDoneView{ID: first, By: "Kari Fjell", Role: director, At: now, Left: 2, Stale: []string{"Fjellonn"}, Rows: []customer.ReviewedRow{
		{ID: first, Title: "Fjellregnskap", Supplier: fjell.Name, Action: string(policy.SystemUserKeep)},
		{ID: first, Title: "Fjellskatt", Supplier: fjell.Name, Action: string(policy.SystemUserSuspend)},
		{ID: first, Title: strings.Repeat("Fjellregnskap", 7), Supplier: fjell.Name, Action: string(policy.SystemUserRevoke)},
	}}
	at := paths.UserReview()
	return []Page{
		all("customer/userreview", customer.UserReview(kari(at), v)),
		one("customer/userreview-reader", customer.UserReview(kari(at), reader)),
		one("customer/userreview-fault", customer.UserReview(kari(at), wrong)),
		one("customer/userreview-stale", customer.UserReview(kari(at), stale)),
		one("customer/userreview-none", customer.UserReview(kari(at), customer.UserReviewView{Can: true, Now: now})),
		all("customer/userreview-done", customer.UserReviewDone(kari(paths.UserReviewDone(first, nil)), done)),
	}
}
