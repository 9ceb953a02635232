package gallery

import (
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
)

// agentPages are requests that say more than what they are for, those for
// agents among them.
func agentPages() []Page {
	forClients := func(cause policy.Cause) []customer.Item {
		items := []customer.Item{vat(), wages()}
		for i := range items {
			items[i].Agent, items[i].Cause = true, cause
		}
		return items
	}
	agent := asking()
	agent.Agent, agent.Items = true, forClients("")
	why := models.Text{NB: "Vi fører regnskapet for klientene deres fra nyttår.", NN: "Vi fører rekneskapen for klientane dykkar frå nyttår.", EN: "We keep your clients' books from New Year."}
	until := time.Date(2027, 6, 30, 22, 0, 0, 0, time.UTC)
	saying := asking()
	saying.Purpose, saying.Until, saying.Contact = why, until, "hjelp@fjelldata.example"
	receipt := customer.ReceiptView{
		ID: first, Approved: true, Agent: true, Program: accounts, Supplier: fjell, Customer: bakery, DecidedAt: now, DecidedBy: "Kari Fjell",
		Items: forClients(""), Until: until, Portal: "portal.example",
	}
	rejected := receipt
	rejected.Approved, rejected.Until = false, time.Time{}
	return []Page{
		all("customer/review-agent", customer.Review(kari(paths.Request(first)), agent)),
		all("customer/review-purpose", customer.Review(kari(paths.Request(first)), saying)),
		review("customer/review-agent-no-authority", func(v *customer.ReviewView) {
			v.Agent, v.Items = true, forClients(policy.NotManager)
			v.Roles, v.Manager, v.CanApprove, v.CanReject = []models.Text{employee}, false, false, false
			v.Approvers = []string{"Kari Fjell"}
		}),
		review("customer/review-agent-accepted", func(v *customer.ReviewView) {
			v.Agent, v.Items, v.Status, v.CanApprove, v.CanReject = true, forClients(""), request.Accepted, false, false
			v.DecidedBy, v.DecidedAt = "Kari Fjell", days(-1)
		}),
		review("customer/review-not-asked", func(v *customer.ReviewView) {
			v.CanApprove, v.Items = false, []customer.Item{vat(), without(claims(), policy.NotAsked)}
		}),
		all("customer/receipt-agent", customer.Receipt(kari(paths.RequestReceipt(first)), receipt)),
		one("customer/receipt-portal-rejected", customer.Receipt(kari(paths.RequestReceipt(first)), rejected)),
	}
}
