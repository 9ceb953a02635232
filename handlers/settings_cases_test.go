package handlers_test

import (
	"strconv"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
)

// version is that of the system user, as its owner's director is shown it.
func (w *world) version(id string) string {
	for _, d := range directors {
		if page, err := w.s.Registry.SystemUser(w.t.Context(), w.s.Actor(d), models.ID(id)); err == nil {
			return strconv.FormatInt(page.SystemUser.Version, 10)
		}
	}
	return "nothing"
}

// paused has the system user paused by its owner's director.
func (w *world) paused(id string) {
	for _, d := range directors {
		_ = w.s.Registry.SuspendSystemUser(w.t.Context(), w.s.Actor(d), models.ID(id), "Ferie")
	}
}

// narrowing is something to take from the system user, and the digest of what
// its owner's director is shown of that.
func (w *world) narrowing(id string) (items []string, seen string) {
	for _, d := range directors {
		page, err := w.s.Registry.SystemUser(w.t.Context(), w.s.Actor(d), models.ID(id))
		if err != nil || len(page.SystemUser.Delegated) == 0 {
			continue
		}
		item := page.SystemUser.Delegated[0]
		p, _ := w.s.Registry.NarrowPreview(w.t.Context(), w.s.Actor(d), models.ID(id), []catalog.Item{item})
		return []string{item.String()}, p.Seen
	}
	return []string{"nothing"}, "nothing"
}
