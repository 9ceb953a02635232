package customer

import (
	"context"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// whyNotTitle is the key of the heading that tells the reader he cannot approve.
func whyNotTitle(v ReviewView) string {
	switch {
	case v.StruckOff:
		return "error.organisation.struck_off.title"
	case !v.Manager:
		return "customer.review.cannot_answer"
	case refused(v.Items):
		return "customer.review.cannot_all"
	}
	return "customer.review.cannot_answer"
}

// reviewTitle is the key of the page's heading: a question, or one that was.
func reviewTitle(v ReviewView) string {
	if v.open() {
		return "customer.review.title"
	}
	return "customer.review.title.past"
}

// reviewLead is the key of what a yes would mean, whoever may say it.
func reviewLead(v ReviewView) string {
	switch {
	case v.Agent && v.CanApprove:
		return "customer.review.agent.lead"
	case v.Agent:
		return "customer.review.agent.lead.others"
	case v.CanApprove:
		return "customer.review.lead"
	}
	return "customer.review.lead.others"
}

// lateTitle is the key of why an answer came too late.
func lateTitle(v ReviewView) string {
	if v.Status == request.Withdrawn {
		return "customer.review.late.withdrawn"
	}
	return "customer.review.late"
}

// roles names what a person is in an organisation: "daglig leder og styreleder".
func roles(ctx context.Context, of []models.Text) string {
	if len(of) == 0 {
		return i18n.T(ctx, "customer.no_role")
	}
	names := make([]string, len(of))
	for i, t := range of {
		names[i] = i18n.Within(ctx, i18n.In(ctx, t))
	}
	return i18n.Names(ctx, names)
}

// reviewTone is how the items of a request that has been answered are told.
func reviewTone(v ReviewView) tone {
	if v.Status == request.Accepted {
		return given
	}
	return past
}

// forward is where the request is sent on to somebody.
func (v ReviewView) forward() string { return v.page() + "/forward" }

// faultOfSupplier reports whether nobody can give something that must be given,
// until the supplier mends its request.
func faultOfSupplier(items []Item) bool {
	return slices.ContainsFunc(items, func(it Item) bool { return !it.Optional && OfferFor(it.Cause) == OfferSupplier })
}

// wishVariant makes asking the supplier for another request the page's act where
// nothing else helps.
func wishVariant(v ReviewView, items []Item) ui.Variant {
	if !v.CanApprove && (faultOfSupplier(items) || !v.CanForward) {
		return ui.Primary
	}
	return ui.Secondary
}

// approveText is the key of the yes: to all, to what is chosen, or to nothing.
func approveText(v ReviewView, items []Item) string {
	if v.Nothing {
		return "customer.change.close"
	}
	if optional(items) {
		return "customer.review.approve.chosen"
	}
	return "customer.review.approve"
}

// hasActs reports whether there is anything that the reader can do.
func hasActs(v ReviewView) bool { return v.CanApprove || v.CanReject || v.CanWish || v.CanForward }

// faulty are the faults of a choice among the items.
func faulty(ctx context.Context, v ReviewView) []ui.Faulty {
	out := make([]ui.Faulty, len(v.Faults))
	for i, f := range v.Faults {
		out[i] = ui.Faulty{ID: "asked", Label: i18n.T(ctx, "customer.review.asked"), Fault: f.Fault}
	}
	return out
}

// rejectLead is the key of what a no means.
func rejectLead(v RejectView) string {
	if v.Change {
		return "customer.change.reject"
	}
	return "customer.reject.lead"
}

// named reports whether the supplier gave the system user a name of its own,
// which tells several requests of one program apart.
func (r InboxRow) named(ctx context.Context) bool {
	return r.Title != "" && r.Title != i18n.In(ctx, r.Program) && r.Title != r.Program.NB
}

// asks is the key of what the row says.
func (r InboxRow) asks() string {
	if r.Change {
		return "customer.change.asks"
	}
	return "customer.inbox.asks"
}

// called is the name that tells the request apart.
func (r InboxRow) called(ctx context.Context) string {
	if r.named(ctx) {
		return r.Title
	}
	return i18n.In(ctx, r.Program)
}

// reviewAfter is the key of what comes after an approval.
func reviewAfter(v ReviewView) string {
	if v.Agent {
		return "customer.review.agent.after"
	}
	return "customer.review.after.text"
}
