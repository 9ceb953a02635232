package registry

import (
	"context"
	"time"

	"github.com/stafett/stafett/models"
)

// keptUse is how long it is kept on which day a system user was used.
const keptUse = 400

// UseDays is how many days of use a page shows.
const UseDays = 30

// DayUse is how often a system user was used on a day.
type DayUse struct {
	Day int64 // since 1 January 1970, in UTC
	N   int64
}

// Day is the number of the day of t, in UTC.
func Day(t time.Time) int64 { return t.Unix() / 86400 }

// UseReader reads how system users have been used.
type UseReader interface {
	// UseByDay lists the days from one to the other, both included, on which the
	// system users were used, earliest first.
	UseByDay(ctx context.Context, ids []models.ID, from, to int64) (map[models.ID][]DayUse, error)
}

// UseTx deletes what is kept of use.
type UseTx interface {
	// PurgeUse deletes the days before the one named, at most limit of them, and
	// returns how many there were.
	PurgeUse(ctx context.Context, before int64, limit int) (int, error)
}

// PurgeUse deletes days of use that are kept no longer, and returns how many
// there were. A job calls it.
func (r *Registry) PurgeUse(ctx context.Context) (int, error) {
	const batch = 1000
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) (err error) {
			n, err = tx.PurgeUse(ctx, Day(r.Now())-keptUse, batch)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

// usedOn reads the days of use of one system user, of the last so many days
// with today.
func (r *Registry) usedOn(ctx context.Context, tx Reader, id models.ID, days int64) ([]DayUse, error) {
	today := Day(r.Now())
	used, err := tx.UseByDay(ctx, []models.ID{id}, today-days+1, today)
	return used[id], err
}
