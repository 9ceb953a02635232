package api

import (
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"github.com/stafett/stafett/handlers/auth"
	"github.com/stafett/stafett/models"
)

// burst is how many seconds' worth of calls a caller may make at once.
const burst = 10

// knownCallers bounds the memory that limits take. Who is forgotten begins anew.
const knownCallers = 10_000

// callers limits how fast each caller asks this node. Nil admits everybody.
type callers struct {
	perSecond int
	limits    *otter.Cache[string, *rate.Limiter]
}

func newCallers(perSecond int) *callers {
	if perSecond <= 0 {
		return nil
	}
	return &callers{perSecond: perSecond, limits: otter.Must(&otter.Options[string, *rate.Limiter]{MaximumSize: knownCallers})}
}

// admit counts one call of the caller. TooMany too_many, with how long to wait,
// when he asks too fast.
func (c *callers) admit(caller auth.Caller, now time.Time) error {
	if c == nil {
		return nil
	}
	name := named(caller)
	limit, ok := c.limits.GetIfPresent(name)
	if !ok {
		limit, _ = c.limits.SetIfAbsent(name, rate.NewLimiter(rate.Limit(c.perSecond), burst*c.perSecond))
	}
	if wait := limit.ReserveN(now, 1); !wait.OK() || wait.DelayFrom(now) > 0 {
		delay := wait.DelayFrom(now)
		wait.CancelAt(now)
		return &models.Error{Kind: models.TooMany, Code: models.CodeTooMany, Wait: max(delay, time.Second)}
	}
	return nil
}
