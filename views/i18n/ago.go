package i18n

import (
	"context"
	"time"
)

// Ago tells how long before now t was: "for 3 timer siden", "yesterday". The days
// are those of Norway.
func Ago(ctx context.Context, t, now time.Time) string {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(Oslo).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	days := int(day(now).Sub(day(t)).Hours() / 24)
	switch since := now.Sub(t); {
	case since < time.Minute:
		return T(ctx, "common.ago.now")
	case since < time.Hour:
		return N(ctx, "common.ago.minutes", int(since.Minutes()))
	case days < 1:
		return N(ctx, "common.ago.hours", int(since.Hours()))
	case days == 1:
		return T(ctx, "common.ago.yesterday")
	case days < 31:
		return N(ctx, "common.ago.days", days)
	case days < 365:
		return N(ctx, "common.ago.months", days*12/365)
	}
	return N(ctx, "common.ago.years", days/365)
}
