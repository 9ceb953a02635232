package gallery

import (
	"slices"
	"strings"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// settingsPages are those on which a customer keeps a system user.
func settingsPages() []Page {
	page, rights := kari(paths.SystemUserSettings(first)), kari(paths.SystemUser(first))
	live := customer.SettingsView{
		User: customer.SystemUserView{
			ID: first, Title: "Fjellregnskap", Program: accounts, About: accountsAbout, Supplier: fjell,
			Items: []customer.Item{vat(), tax()}, Status: systemuser.Active, Reference: "avd-nord",
			Created: days(-1), ApprovedBy: "Kari Fjell", LastUsed: now, Manage: true,
			History: []customer.Event{{At: days(-1), Action: string(policy.RequestApprove), Who: "Kari Fjell", Role: director}},
		},
		Version: 3, NewTitle: "Fjellregnskap",
		Choices: []customer.Choice{{Value: catalog.PackagePrefix + "mva", Item: vat()}, {Value: "skd-grunnlag#read", Item: tax()}},
	}
	paused := live
	paused.User.Suspended, paused.User.Reason = days(-2), "Vi bytter regnskapsfører, og vil se på dette først."
	paused.User.Waiting = []customer.Waiting{{ID: second, Sent: days(-3)}}
	paused.User.History = append(slices.Clone(live.User.History), customer.Event{At: days(-2), Action: string(policy.SystemUserSuspend), Who: "Kari Fjell", Role: director})
	unsure := paused
	unsure.User.Need = ui.NeedLevel
	all3 := paused
	all3.User.Paused, all3.User.Held = true, true
	ending := live
	ending.User.Until, ending.Until = days(40), "2026-12-30"
	lacking := ending
	lacking.Lacking = []customer.Item{{Package: true, Name: vat().Name, Others: []string{"Ola Dal", "Siri Vik"}}, {Name: tax().Name}}
	old := ending
	old.User.Need = ui.NeedAge
	last := live
	last.User.Items, last.Choices = last.User.Items[:1], last.Choices[:1]
	lost := live
	lost.Choices = slices.Clone(live.Choices)
	lost.Choices[1].Item.Lost, lost.Choices[1].On = true, true
	faulty := live
	faulty.NewTitle, faulty.Reason, faulty.Until = "", strings.Repeat("Altfor langt. ", 40), "2020-01-01"
	faulty.Faults = []models.FieldError{{Field: "title", Fault: "required"}, {Field: "reason", Fault: "too_long"}, {Field: "until", Fault: "until.past"}, {Field: "items", Fault: "items.last"}}
	stale, resumed, refused := ending, live, lacking
	stale.Changed, resumed.Changed, refused.Changed = "keep.changed.conflict", "keep.changed.not_paused", "keep.changed.not_granted"
	reader := paused
	reader.User.Manage, reader.Managers = false, []string{"Kari Fjell", "Ola Dal"}
	alone := live
	alone.User.Manage = false
	long := live
	long.User.Title, long.NewTitle, long.User.Supplier, long.User.Agent = strings.Repeat("Lønnogpersonalregnskap", 4), strings.Repeat("Lønnogpersonalregnskap", 4), longName, true
	revoked := live
	revoked.User.Status, revoked.User.EndedBy, revoked.User.Ended = systemuser.Revoked, systemuser.EndedByCustomer, now
	flash := page
	flash.Flash = "Navnet er lagret."

	some := customer.NarrowView{
		ID: first, Title: "Fjellregnskap", Program: accounts, Supplier: fjell.Name, Values: []string{"skd-grunnlag#read"}, Seen: "5f2c",
		Items: []customer.Item{tax()}, Kept: []customer.Item{vat()}, Gone: []customer.Service{{Name: tax().Name, Action: "read"}},
	}
	mixed := some
	mixed.Agent, mixed.Clients, mixed.Changed = true, 412, true
	mixed.Gone = []customer.Service{{Name: tax().Name, By: []models.Text{vat().Name}}}
	mixed.Stay = []customer.Service{{Name: claims().Name, By: []models.Text{vat().Name, tax().Name}}}
	nothing := some
	nothing.Gone, nothing.Agent, nothing.Clients = nil, true, 1
	remove := kari(paths.SystemUserSettings(first))
	return []Page{
		all("customer/settings", customer.Settings(page, live)),
		all("customer/settings-paused", customer.Settings(page, paused)),
		all("customer/settings-step-up", customer.Settings(page, unsure)),
		one("customer/settings-three-pauses", customer.Settings(page, all3)),
		all("customer/settings-ending", customer.Settings(flash, ending)),
		all("customer/settings-lacking", customer.Settings(page, lacking)),
		all("customer/settings-old-login", customer.Settings(page, old)),
		all("customer/settings-last", customer.Settings(page, last)),
		one("customer/settings-lost", customer.Settings(page, lost)),
		all("customer/settings-faults", customer.Settings(page, faulty)),
		all("customer/settings-stale", customer.Settings(page, stale)),
		all("customer/settings-resumed", customer.Settings(page, resumed)),
		all("customer/settings-refused", customer.Settings(page, refused)),
		all("customer/settings-reader", customer.Settings(page, reader)),
		one("customer/settings-nobody", customer.Settings(page, alone)),
		one("customer/settings-long", customer.Settings(facilitating(page), long)),
		all("customer/settings-revoked", customer.Settings(page, revoked)),
		all("customer/systemuser-suspended", customer.SystemUser(rights, paused.User)),
		one("customer/systemuser-suspended-step-up", customer.SystemUser(rights, unsure.User)),
		one("customer/systemuser-three-pauses", customer.SystemUser(rights, all3.User)),
		one("customer/systemuser-ending", customer.SystemUser(rights, ending.User)),
		all("customer/systemuser-again", customer.SystemUser(rights, revoked.User)),
		all("customer/narrow", customer.Narrow(remove, some)),
		all("customer/narrow-changed", customer.Narrow(remove, mixed)),
		one("customer/narrow-nothing", customer.Narrow(remove, nothing)),
	}
}
