package customer

import (
	"context"
	"strconv"
	"time"

	"github.com/stafett/stafett/views/i18n"
)

// Use is how a system user has been used.
type Use struct {
	First time.Time // zero for never
	Last  time.Time
	Count int64
	Days  []int64   // how often on each of the last days, today's last; in UTC
	Since time.Time // from when on it could be used
	Now   time.Time
}

// recent is how often it was used on the days that are shown.
func (u Use) recent() int {
	sum := int64(0)
	for _, n := range u.Days {
		sum += n
	}
	return int(sum)
}

// sentence says of the use what the drawing shows.
func (u Use) sentence(ctx context.Context) string {
	n, ago := u.recent(), i18n.Ago(ctx, u.Last, u.Now)
	if n == 0 {
		return i18n.T(ctx, "customer.use.idle", "Ago", ago)
	}
	return i18n.N(ctx, "customer.use.sentence", n, "Number", i18n.Number(ctx, n), "Ago", ago)
}

// The drawing, in units of its own: a bar of barWidth for each day, each in its
// place of barStep, as high as barHeight for the day with most use.
const (
	barWidth, barStep, barHeight = 8, 10, 56
	leastBar                     = 2 // a day with any use is seen
)

type bar struct{ x, y, height string }

func (u Use) bars() []bar {
	most := int64(1)
	for _, n := range u.Days {
		most = max(most, n)
	}
	var bars []bar
	for i, n := range u.Days {
		if n == 0 {
			continue
		}
		h := max(n*barHeight/most, leastBar)
		bars = append(bars, bar{strconv.Itoa(i * barStep), strconv.FormatInt(barHeight-h, 10), strconv.FormatInt(h, 10)})
	}
	return bars
}

// viewBox is the room of the drawing, the line under the bars included.
func (u Use) viewBox() string {
	return "0 0 " + strconv.Itoa(len(u.Days)*barStep) + " " + strconv.Itoa(barHeight+1)
}

// usedDay is a day on which it was used.
type usedDay struct {
	day time.Time
	n   int
}

// used are the days with use, the last one first.
func (u Use) used() []usedDay {
	var days []usedDay
	for i := len(u.Days) - 1; i >= 0; i-- {
		if u.Days[i] > 0 {
			days = append(days, usedDay{u.Now.UTC().AddDate(0, 0, i-len(u.Days)+1), int(u.Days[i])})
		}
	}
	return days
}
