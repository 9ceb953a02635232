package gallery

import (
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

func customerPages() []Page {
	return slices.Concat(inboxPages(), overviewPages(), forwardPages(), reviewPages(), approvalPages(), changePages(), agentPages(), endedPages(), answerPages(), systemUserPages())
}

// asking is a request that Kari may approve.
func asking() customer.ReviewView {
	return customer.ReviewView{
		ID: first, Program: accounts, Title: "Fjellregnskap", About: accountsAbout,
		Supplier: fjell, Registered: time.Date(2024, 3, 12, 0, 0, 0, 0, time.UTC), Customers: 1214,
		Customer: bakery, Roles: []models.Text{director}, Items: []customer.Item{vat(), tax()},
		Manager: true, CanApprove: true, CanReject: true, CanWish: true, CanForward: true, Status: request.Pending,
		Sent: days(-2), Deadline: days(26), Reference: "avd-nord", ReturnURL: "https://fjelldata.example/ferdig?kunde=7",
		Seen: "5d41402abc4b2a76b9719d911017c592",
	}
}

func review(name string, change func(*customer.ReviewView)) Page {
	v := asking()
	change(&v)
	return one(name, customer.Review(kari(paths.Request(v.ID)), v))
}

func reviewPages() []Page {
	partly := asking()
	partly.Items = append(partly.Items, without(claims(), policy.MissingRole, "Ola Dal", "Siri Vik"))
	partly.CanApprove, partly.Approvers = false, []string{"Ola Dal"}
	return []Page{
		all("customer/review", customer.Review(kari(paths.Request(first)), asking())),
		all("customer/review-partly", customer.Review(kari(paths.Request(first)), partly)),
		review("customer/review-first-customer", func(v *customer.ReviewView) {
			v.Customers, v.Registered, v.ReturnURL, v.Reference, v.About = 0, time.Time{}, "", "", models.Text{}
			v.Items = []customer.Item{claims()}
		}),
		review("customer/review-no-authority", func(v *customer.ReviewView) {
			v.Roles, v.Manager, v.CanApprove, v.CanReject = []models.Text{employee}, false, false, false
			v.Items = []customer.Item{without(vat(), policy.NotManager, "Kari Fjell"), without(tax(), policy.NotManager, "Kari Fjell")}
			v.Approvers = []string{"Kari Fjell"}
		}),
		review("customer/review-nobody-can", func(v *customer.ReviewView) {
			v.CanApprove = false
			v.Items = []customer.Item{
				vat(), without(tax(), policy.MissingPack), without(claims(), policy.NotPassedOn, "Siri Vik"),
				without(claims(), policy.NotDelegable), without(tax(), policy.UnknownCause),
			}
		}),
		review("customer/review-struck-off", func(v *customer.ReviewView) { v.CanApprove, v.StruckOff = false, true }),
		review("customer/review-level", func(v *customer.ReviewView) {
			v.Need = ui.NeedLevel
		}),
		review("customer/review-age", func(v *customer.ReviewView) {
			v.Need = ui.NeedAge
		}),
		review("customer/review-changed", func(v *customer.ReviewView) {
			v.Changed, v.Items[1].Changed = true, true
		}),
		review("customer/review-long", func(v *customer.ReviewView) {
			v.Supplier, v.Customer = longName, customer.Org{Name: longName.Name, No: "311812343"}
			v.Program = models.Text{NB: "Regnskaps-, lønns- og rapporteringssystemet Fjellregnskap Pluss for samvirkeforetak"}
			v.Title, v.Reference = "Fjellregnskap for avdeling nord", strings.Repeat("0123456789", 25)
			odd := claims()
			odd.Action = "rapporterPaaVegneAv"
			sign := tax()
			sign.Action = "sign"
			v.Items = slices.Concat(v.Items, []customer.Item{odd, sign, vat(), claims(), tax()})
		}),
	}
}

func endedPages() []Page {
	ended := func(name string, s request.Status, change func(*customer.ReviewView)) Page {
		return review(name, func(v *customer.ReviewView) {
			v.Status, v.CanApprove, v.CanReject = s, false, false
			change(v)
		})
	}
	by := func(v *customer.ReviewView) { v.DecidedBy, v.DecidedAt = "Kari Fjell", days(-1) }
	return []Page{
		ended("customer/review-accepted", request.Accepted, by),
		ended("customer/review-accepted-by-unknown", request.Accepted, func(v *customer.ReviewView) { v.DecidedAt = days(-1) }),
		ended("customer/review-rejected", request.Rejected, func(v *customer.ReviewView) {
			by(v)
			v.Reason = "Vi bytter regnskapssystem til nyttår."
		}),
		ended("customer/review-withdrawn", request.Withdrawn, func(*customer.ReviewView) {}),
		ended("customer/review-expired", request.Expired, func(v *customer.ReviewView) { v.Deadline, v.Contact = days(-3), "hjelp@fjelldata.example" }),
		ended("customer/review-system-gone", request.Pending, func(v *customer.ReviewView) { v.Gone = true }),
	}
}

func answerPages() []Page {
	path := paths.RequestReject(first)
	reject := customer.RejectView{ID: first, Program: accounts, Supplier: fjell}
	faulty := reject
	faulty.Faults = []models.FieldError{{Field: "reason", Fault: "required"}}
	receipt := customer.ReceiptView{
		ID: first, Approved: true, Program: accounts, Supplier: fjell, Customer: bakery, DecidedAt: now, DecidedBy: "Kari Fjell",
		Items: []customer.Item{vat(), tax()}, Reference: "avd-nord", ReturnURL: "https://fjelldata.example/ferdig?kunde=7",
	}
	revoked, rejected := receipt, receipt
	revoked.Revoked, revoked.ReturnURL, revoked.DecidedBy = true, "", ""
	rejected.Approved, rejected.Reason = false, "Vi bytter regnskapssystem til nyttår."
	return []Page{
		all("customer/reject", customer.Reject(kari(path), reject)),
		all("customer/reject-faulty", customer.Reject(kari(path), faulty)),
		all("customer/receipt", customer.Receipt(kari(paths.RequestReceipt(first)), receipt)),
		one("customer/receipt-revoked", customer.Receipt(kari(paths.RequestReceipt(first)), revoked)),
		one("customer/receipt-rejected", customer.Receipt(kari(paths.RequestReceipt(first)), rejected)),
	}
}

func systemUserPages() []Page {
	page := kari(paths.SystemUser(first))
	live := customer.SystemUserView{
		ID: first, Title: "Fjellregnskap", Program: accounts, About: accountsAbout, Supplier: fjell,
		Items: []customer.Item{vat(), tax()}, Status: systemuser.Active, Reference: "avd-nord",
		Created: days(-1), ApprovedBy: "Kari Fjell", LastUsed: now,
		History: []customer.Event{
			{At: days(-3), Action: string(policy.RequestSend)},
			{At: days(-2), Action: string(policy.RequestApprove), Who: "Ola Dal", Role: employee, Denied: true, Code: models.CodeForbidden},
			{At: days(-1), Action: string(policy.RequestApprove), Who: "Kari Fjell", Role: director},
		},
		Use: customer.Use{First: days(-1), Last: now, Count: 34, Since: days(-1), Now: now, Days: slices.Concat(make([]int64, 28), []int64{9, 25})},
	}
	lost, revoked, gone := live, live, live
	lost.Items = slices.Clone(live.Items)
	lost.Items[1].Lost, lost.Title, lost.LastUsed = true, "Regnskap for avdeling nord", time.Time{}
	lost.Use = customer.Use{Since: days(-1), Now: now, Days: make([]int64, 30)}
	gone.Gone = true
	paused, flagged := live, live
	paused.StruckOff, paused.Paused, flagged.StruckOff = true, true, true
	revoked.Status, revoked.EndedBy, revoked.Ended, revoked.ApprovedBy = systemuser.Revoked, systemuser.EndedByCustomer, now, ""
	revoked.History = append(slices.Clone(live.History),
		customer.Event{At: now, Action: string(policy.SystemUserRevoke), Who: "Kari Fjell", Role: director},
		customer.Event{At: now, Action: "moon.land", Who: "Kari Fjell"},
		customer.Event{At: now, Action: string(policy.RequestSend), Denied: true})
	held, givenUp, agent := live, live, live
	agent.Agent = true
	held.Held, held.History = true, append(slices.Clone(live.History),
		customer.Event{At: days(-1), Action: string(policy.SystemUserPause)}, customer.Event{At: days(-1), Action: string(policy.SystemUserResume)},
		customer.Event{At: now, Action: string(policy.SystemUserPause)})
	givenUp.Status, givenUp.EndedBy, givenUp.Ended = systemuser.Revoked, systemuser.EndedBySupplier, now
	givenUp.History = append(slices.Clone(live.History), customer.Event{At: now, Action: string(policy.SystemUserGiveUp)})
	timeUp, retired, changed := givenUp, givenUp, live
	timeUp.EndedBy, timeUp.Until = systemuser.EndedByTime, now
	timeUp.History = append(slices.Clone(live.History), customer.Event{At: now, Action: string(policy.SystemUserEnd)})
	retired.EndedBy, retired.Gone = systemuser.EndedBySystem, true
	retired.History = append(slices.Clone(live.History), customer.Event{At: now, Action: string(policy.SystemDelete)})
	changed.Until = days(30)
	changed.History = append(slices.Clone(live.History),
		customer.Event{At: days(-1), Action: string(policy.SystemUserRename), Who: "Kari Fjell", Role: director},
		customer.Event{At: days(-1), Action: string(policy.ChangeSend)},
		customer.Event{At: now, Action: string(policy.ChangeApprove), Who: "Ola Dal", Role: employee, Denied: true, Code: models.CodeForbidden},
		customer.Event{
			At: now, Action: string(policy.ChangeApprove), Who: "Kari Fjell", Role: director,
			Added: []models.Text{vat().Name, tax().Name}, Removed: []models.Text{customs},
		})
	ask := customer.RevokeView{ID: first, Title: "Fjellregnskap", Program: accounts, Held: 2, LastUsed: now}
	unused := ask
	unused.LastUsed, unused.Held = time.Time{}, 1
	return []Page{
		all("customer/systemuser", customer.SystemUser(page, live)),
		one("customer/systemuser-lost", customer.SystemUser(page, lost)),
		one("customer/systemuser-gone", customer.SystemUser(page, gone)),
		all("customer/systemuser-paused", customer.SystemUser(page, paused)),
		all("customer/systemuser-held", customer.SystemUser(page, held)),
		all("customer/systemuser-agent", customer.SystemUser(facilitating(page), agent)),
		all("customer/systemuser-given-up", customer.SystemUser(page, givenUp)),
		all("customer/systemuser-time-up", customer.SystemUser(page, timeUp)),
		all("customer/systemuser-retired", customer.SystemUser(page, retired)),
		all("customer/systemuser-changed", customer.SystemUser(page, changed)),
		one("customer/systemuser-struck-off", customer.SystemUser(page, flagged)),
		one("customer/systemuser-revoked", customer.SystemUser(page, revoked)),
		all("customer/revoke", customer.Revoke(kari(paths.SystemUserRevoke(first)), ask)),
		one("customer/revoke-unused", customer.Revoke(kari(paths.SystemUserRevoke(first)), unused)),
	}
}
