package customer

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/ui"
)

// whyNotTitle is the key of the heading that tells the reader he cannot approve.
func whyNotTitle(v ReviewView) string {
	switch {
	case v.LevelLow:
		return "error.authentication.level.title"
	case !v.Manager:
		return "customer.review.cannot_answer"
	case refused(v.Items):
		return "customer.review.cannot_all"
	}
	return "customer.review.cannot_answer"
}

// roles names what a person is in an organisation: "daglig leder og styreleder".
func roles(ctx context.Context, of []models.Text) string {
	if len(of) == 0 {
		return i18n.T(ctx, "customer.no_role")
	}
	return i18n.NamesOf(ctx, of)
}

// reviewTone is how the items of a request are told in its present state.
func reviewTone(v ReviewView) tone {
	switch {
	case v.open():
		return asked
	case v.Status == request.Accepted:
		return given
	}
	return past
}

// rejectVariant keeps the no in the background beside a yes, not alone.
func rejectVariant(v ReviewView) ui.Variant {
	if v.CanApprove {
		return ui.Tertiary
	}
	return ui.Secondary
}
