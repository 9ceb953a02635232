package web

import (
	"time"

	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/customer"
)

// useView is how a system user has been used, until now.
func useView(p registry.SystemUserPage, now time.Time) customer.Use {
	u := customer.Use{
		First: p.Use.First, Last: p.Use.Last, Count: p.Use.Count, Since: p.SystemUser.CreatedAt, Now: now,
		Days: make([]int64, registry.UseDays),
	}
	for _, d := range p.Days {
		if i := d.Day - registry.Day(now) + registry.UseDays - 1; i >= 0 && i < registry.UseDays {
			u.Days[i] = d.N
		}
	}
	return u
}
