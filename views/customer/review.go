package customer

import (
	"context"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
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
