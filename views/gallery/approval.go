package gallery

import (
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/paths"
	"github.com/stafett/stafett/views/ui"
)

// approvalPages are the pages on which something is approved, in the states that
// all three kinds have: requests, requests for agents and change requests.
func approvalPages() []Page {
	return slices.Concat(statesOf("review", asking()), statesOf("agent", agentAsking()), choicePages(), causePages(), changeStates(), proofPages())
}

// agentAsking asks for packages alone, as requests for agents do.
func agentAsking() customer.ReviewView {
	v := asking()
	v.Agent, v.Items = true, []customer.Item{vat(), wages()}
	for i := range v.Items {
		v.Items[i].Agent = true
	}
	return v
}

// state is one state that a page can be in.
type state struct {
	name   string
	change func(*customer.ReviewView)
}

// states are those that every kind of request has.
func states() []state {
	over := func(s request.Status) func(*customer.ReviewView) {
		return func(v *customer.ReviewView) {
			v.Status, v.CanApprove, v.CanReject, v.CanWish, v.CanForward = s, false, false, false, false
		}
	}
	return []state{
		{"no-authority", func(v *customer.ReviewView) {
			v.Roles, v.Manager, v.CanApprove, v.CanReject, v.CanWish = []models.Text{employee}, false, false, false, false
			for i := range v.Items {
				v.Items[i] = without(v.Items[i], policy.NotManager, "Kari Fjell")
			}
			v.Approvers = []string{"Kari Fjell"}
		}},
		{"step-up", func(v *customer.ReviewView) { v.Need = ui.NeedLevel }},
		{"stale", func(v *customer.ReviewView) {
			v.Changed, v.Parts, v.Dropped = true, []customer.Part{customer.PartPurpose, customer.PartReturn}, []customer.Item{claims()}
			v.Items[0].Changed, v.Items[1].New = true, true
		}},
		{"late", func(v *customer.ReviewView) {
			over(request.Accepted)(v)
			v.Late, v.DecidedBy, v.DecidedAt = true, "Ola Dal", now
		}},
		{"late-withdrawn", func(v *customer.ReviewView) {
			over(request.Withdrawn)(v)
			v.Late = true
		}},
		{"taken", func(v *customer.ReviewView) { v.Taken = true }},
		{"wished", func(v *customer.ReviewView) {
			v.Wish = customer.Wish{Text: "Vi trenger bare merverdiavgift.", By: "Ola Dal", At: days(-1)}
		}},
		{"over-expired", func(v *customer.ReviewView) {
			over(request.Expired)(v)
			v.Deadline = days(-3)
		}},
		{"over-withdrawn", over(request.Withdrawn)},
		{"over-gone", func(v *customer.ReviewView) {
			over(request.Pending)(v)
			v.Gone = true
		}},
		{"long-names", func(v *customer.ReviewView) {
			v.Supplier, v.Customer = longName, customer.Org{Name: longName.Name, No: "311812343"}
			v.Program = models.Text{NB: "Regnskaps-, lønns- og rapporteringssystemet Fjellregnskap Pluss for samvirkeforetak"}
			v.Title, v.Reference = "Fjellregnskap for avdeling nord", strings.Repeat("0123456789", 25)
			v.Items[0].Name = models.Text{NB: "Avgiftsinnbetalingsoppgjørskontrollrapporteringstjenesten for borettslag og sameier"}
			v.Items[0].Purpose = models.Text{NB: strings.Repeat("Vi leverer for dere, og dere ser alt i programmet. ", 8)}
		}},
		{"hundred", func(v *customer.ReviewView) {
			kinds := v.Items
			v.Items = nil
			for i := range 100 {
				it := kinds[i%len(kinds)]
				it.Name = models.Text{NB: fmt.Sprintf("%s %d", it.Name.NB, i+1)}
				it.Area.NB = fmt.Sprintf("Område %d", i/25+1)
				v.Items = append(v.Items, it)
			}
		}},
		{"bare", func(v *customer.ReviewView) {
			v.About, v.Purpose, v.Reference, v.ReturnURL, v.Contact = models.Text{}, models.Text{}, "", "", ""
			for i := range v.Items {
				v.Items[i].Purpose, v.Items[i].About, v.Items[i].Within = models.Text{}, models.Text{}, nil
			}
		}},
		{"foreign", func(v *customer.ReviewView) {
			v.Program, v.About = models.Text{EN: "Ledgerline"}, models.Text{EN: "Bookkeeping for small companies."}
			v.Purpose = models.Text{EN: "We file your return."}
			v.Items[0].Name, v.Items[0].Purpose = models.Text{NN: "Meirverdiavgift"}, models.Text{NN: "Vi sender meldinga når du lukkar perioden."}
		}},
	}
}

func statesOf(kind string, of customer.ReviewView) []Page {
	var out []Page
	for _, s := range states() {
		v := of
		v.Items = slices.Clone(of.Items)
		s.change(&v)
		shell := kari(paths.Request(v.ID))
		shell.Clients = v.Agent
		page := customer.Review(shell, v)
		name := "customer/approval-" + kind + "-" + s.name
		if s.name == "stale" || s.name == "step-up" {
			out = append(out, all(name, page))
		} else {
			out = append(out, one(name, page))
		}
	}
	return out
}

// choicePages have something that the supplier can do without.
func choicePages() []Page {
	choice := asking()
	choice.Purpose = models.Text{NB: "Vi fører regnskapet deres fra nyttår.", NN: "Vi fører rekneskapen dykkar frå nyttår.", EN: "We keep your books from New Year."}
	choice.Items = []customer.Item{vat(), tax(), wages(), without(claims(), policy.MissingRole, "Ola Dal", "Siri Vik")}
	choice.Items[2].Optional, choice.Items[2].Key = true, "lonn"
	choice.Items[3].Optional, choice.Items[3].Key = true, "krav"
	none := choice
	none.Items = []customer.Item{wages(), without(claims(), policy.MissingRole, "Ola Dal")}
	none.Items[0].Optional, none.Items[0].Key, none.Items[0].Left = true, "lonn", true
	none.Items[1].Optional, none.Items[1].Key = true, "krav"
	none.Faults = []models.FieldError{{Field: "items", Fault: "items.none"}}
	partly := choice
	partly.Status, partly.CanApprove, partly.CanReject, partly.CanWish, partly.CanForward = request.Accepted, false, false, false, false
	partly.Items, partly.LeftOut = choice.Items[:3], choice.Items[3:]
	partly.DecidedBy, partly.DecidedAt = "Kari Fjell", now
	signed := asking()
	signed.Items = []customer.Item{claims(), tax()}
	signed.Items[0].Sensitive, signed.Items[1].Action = catalog.Signing, "sign"
	signed.Items[1].Sensitive = catalog.Signing
	sent := asking()
	sent.SentOn = []customer.Sent{
		{ID: second, From: customer.Named{Name: "Kari Fjell"}, To: customer.Named{Name: "Ola Dal"}, At: days(-1), Due: days(3), Note: "Kan du se på lønnen?", Mine: true, Answer: true},
	}
	return []Page{
		all("customer/approval-choice", customer.Review(kari(paths.Request(first)), choice)),
		one("customer/approval-choice-none", customer.Review(kari(paths.Request(first)), none)),
		one("customer/approval-choice-approved", customer.Review(kari(paths.Request(first)), partly)),
		one("customer/approval-signing", customer.Review(kari(paths.Request(first)), signed)),
		one("customer/approval-sent-on", customer.Review(kari(paths.Request(first)), sent)),
	}
}

// causePages have one page for each cause for which something cannot be given.
func causePages() []Page {
	var out []Page
	for _, cause := range []policy.Cause{
		policy.Level, policy.MissingRole, policy.MissingPack, policy.NotPassedOn, policy.NotDelegable, policy.UnknownCause, policy.NotAsked,
	} {
		out = append(out, review("customer/approval-cause-"+strings.ReplaceAll(string(cause), "_", "-"), func(v *customer.ReviewView) {
			v.CanApprove = false
			v.Items = []customer.Item{vat(), without(claims(), cause)}
			if v.Items[1].Offer == customer.OfferForward {
				v.Items[1].Others, v.Approvers = []string{"Ola Dal"}, []string{"Ola Dal"}
			}
		}))
	}
	return out
}

func changeStates() []Page {
	var out []Page
	for _, s := range states() {
		v := changing()
		v.Items = []customer.Item{vat(), wages()}
		s.change(&v.ReviewView)
		out = append(out, one("customer/approval-change-"+s.name, customer.Change(kari(paths.Change(first)), v)))
	}
	agent := changing()
	agent.Agent, agent.Items, agent.Removed, agent.Kept = true, agentAsking().Items, []customer.Item{wages()}, []customer.Item{vat()}
	return append(out,
		all("customer/approval-change-only", customer.Change(kari(paths.Change(first)+"?show=changes"), changing())),
		one("customer/approval-change-agent", customer.Change(kari(paths.Change(first)), agent)),
	)
}

// proofPages are receipts of more than a request that was answered whole.
func proofPages() []Page {
	receipt := customer.ReceiptView{
		ID: first, Approved: true, Program: accounts, Supplier: fjell, Customer: bakery, DecidedAt: now, DecidedBy: "Kari Fjell", Role: director,
		Items: []customer.Item{vat(), tax()}, ReturnURL: "https://fjelldata.example/ferdig?kunde=7", User: second,
	}
	left, back, change := receipt, receipt, receipt
	left.LeftOut = []customer.Item{claims()}
	back.Returning = true
	change.Change, change.Access, change.Items = true, "Fjellregnskap for avdeling nord", []customer.Item{vat()}
	change.Removed, change.Kept = []customer.Item{tax()}, []customer.Item{claims()}
	no := change
	no.Approved, no.Reason = false, "Vi trenger det ennå."
	page := func(v customer.ReceiptView) templ.Component {
		return customer.Receipt(kari(paths.RequestReceipt(first)), v)
	}
	return []Page{
		one("customer/approval-receipt-left-out", page(left)), all("customer/approval-receipt-returning", page(back)),
		all("customer/approval-receipt-change", page(change)), one("customer/approval-receipt-change-rejected", page(no)),
	}
}
