package gallery

import (
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// changing is a change request that Kari may approve.
func changing() customer.ChangeView {
	v := customer.ChangeView{
		ReviewView: asking(), Access: "Fjellregnskap for avdeling nord", User: second,
		Purpose: models.Text{NB: "Vi leverer mva-meldingen for dere fra nyttår.", NN: "Vi leverer mva-meldinga for dykk frå nyttår.", EN: "We file the VAT return for you from New Year."},
		Removed: []customer.Item{tax()}, Kept: []customer.Item{claims()},
	}
	v.Change, v.Title, v.Items = true, "", []customer.Item{vat()}
	return v
}

// overlapping is one that adds what the system user has already, by something
// else.
func overlapping() customer.ChangeView {
	v := changing()
	v.Items = []customer.Item{vat(), wages(), claims()}
	v.Items[0].Had, v.Items[1].Had, v.Items[2].Had = 2, len(v.Items[1].Within), 1
	return v
}

func changePages() []Page {
	page := func(name string, change func(*customer.ChangeView)) Page {
		v := changing()
		change(&v)
		return one("customer/change-"+name, customer.Change(kari(paths.Change(v.ID)), v))
	}
	ended := func(name string, s request.Status, change func(*customer.ChangeView)) Page {
		return page(name, func(v *customer.ChangeView) {
			v.Status, v.CanApprove, v.CanReject = s, false, false
			if s == request.Accepted || s == request.Rejected {
				v.DecidedBy, v.DecidedAt = "Kari Fjell", days(-1)
			}
			change(v)
		})
	}
	same := func(*customer.ChangeView) {}
	ask := customer.RejectView{ID: first, Change: true, Program: accounts, Supplier: fjell}
	row := customer.InboxRow{
		ID: first, Change: true, Program: accounts, Title: "Fjellregnskap for avdeling nord", Supplier: fjell.Name,
		Sent: days(-2), Deadline: days(26), Status: request.Pending,
	}
	past := row
	past.Status, past.Answered = request.Accepted, days(-1)
	return []Page{
		all("customer/change", customer.Change(kari(paths.Change(first)), changing())),
		page("removes-only", func(v *customer.ChangeView) { v.Items, v.Kept, v.Purpose = nil, nil, models.Text{} }),
		page("adds-only", func(v *customer.ChangeView) { v.Removed = nil }),
		all("customer/change-overlap", customer.Change(kari(paths.Change(first)), overlapping())),
		page("nothing", func(v *customer.ChangeView) { v.Items, v.Removed, v.Nothing = nil, nil, true }),
		page("partly", func(v *customer.ChangeView) {
			v.Items = []customer.Item{without(vat(), policy.MissingRole, "Ola Dal")}
			v.CanApprove, v.Approvers = false, []string{"Ola Dal"}
		}),
		page("no-authority", func(v *customer.ChangeView) {
			v.Roles, v.Manager, v.CanApprove, v.CanReject = []models.Text{employee}, false, false, false
			v.Items, v.Approvers = []customer.Item{without(vat(), policy.NotManager, "Kari Fjell")}, []string{"Kari Fjell"}
		}),
		page("level", func(v *customer.ChangeView) { v.Need = ui.NeedLevel }),
		page("changed", func(v *customer.ChangeView) { v.Changed = true }),
		page("struck-off", func(v *customer.ChangeView) { v.CanApprove, v.StruckOff = false, true }),
		ended("over", request.Pending, func(v *customer.ChangeView) { v.Over = true }),
		ended("system-gone", request.Pending, func(v *customer.ChangeView) { v.Gone = true }),
		ended("accepted", request.Accepted, same),
		ended("rejected", request.Rejected, func(v *customer.ChangeView) { v.Reason, v.ReturnURL = "Vi trenger det ennå.", "" }),
		ended("withdrawn", request.Withdrawn, same),
		ended("expired", request.Expired, func(v *customer.ChangeView) { v.Deadline = days(-3) }),
		all("customer/change-reject", customer.Reject(kari(paths.ChangeReject(first)), ask)),
		all("customer/inbox-change", customer.Inbox(kari(paths.Requests()), inboxView([]customer.InboxRow{row}, []customer.InboxRow{past}))),
	}
}
