package i18n_test

import (
	"testing"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/views/i18n"
)

func TestHowLongAgo(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		at     time.Time
		nb, en string
	}{
		{now, "akkurat nå", "just now"},
		{now.Add(time.Hour), "akkurat nå", "just now"}, // another node's clock
		{now.Add(-time.Minute), "for 1 minutt siden", "1 minute ago"},
		{now.Add(-59 * time.Minute), "for 59 minutter siden", "59 minutes ago"},
		{now.Add(-3 * time.Hour), "for 3 timer siden", "3 hours ago"},
		{now.Add(-10*time.Hour - 31*time.Minute), "i går", "yesterday"}, // before midnight in Norway
		{now.AddDate(0, 0, -2), "for 2 dager siden", "2 days ago"},
		{now.AddDate(0, 0, -31), "for 1 måned siden", "1 month ago"},
		{now.AddDate(0, 0, -364), "for 11 måneder siden", "11 months ago"},
		{now.AddDate(-2, 0, -1), "for 2 år siden", "2 years ago"},
	} {
		if got := i18n.Ago(i18n.With(t.Context(), models.NB), c.at, now); got != c.nb {
			t.Errorf("%s is %q, want %q", c.at, got, c.nb)
		}
		if got := i18n.Ago(i18n.With(t.Context(), models.EN), c.at, now); got != c.en {
			t.Errorf("%s is %q, want %q", c.at, got, c.en)
		}
	}
}
