package registry

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
)

// SystemPlace is a place in a supplier's list of systems: behind the one that
// was made then and has this id.
type SystemPlace struct {
	At time.Time
	ID system.ID
}

// OwnSystems lists at most limit systems of the supplier that the actor acts
// for after the place, newest first; from the beginning when it is zero, and all
// of them when limit is zero. next is the place to go on from, zero at the end.
func (r *Registry) OwnSystems(ctx context.Context, a models.Actor, after SystemPlace, limit int) (out []system.System, next SystemPlace, err error) {
	err = r.read(ctx, a, policy.SystemRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		out, next, err = page(limit, after, func(after SystemPlace, n int) ([]system.System, error) {
			return tx.SystemsAfter(ctx, party.OrgNo(a.OrgNo), after, n)
		}, func(s system.System) SystemPlace { return SystemPlace{s.CreatedAt, s.ID} }, nil)
		return err
	})
	return out, next, err
}

// VisibleSystems lists at most limit systems that customers may find after this
// one, by id: those whose id, name or description holds every word of text in
// any language. From the beginning when after is empty, and all of them when
// limit is zero. next is the id to go on from, empty at the end.
func (r *Registry) VisibleSystems(ctx context.Context, text string, after system.ID, limit int) (out []system.System, next system.ID, err error) {
	words := strings.Fields(strings.ToLower(text))
	words = words[:min(len(words), maxWords)]
	err = r.Store.Read(ctx, func(tx Reader) (err error) {
		out, next, err = page(limit, after, func(after system.ID, n int) ([]system.System, error) {
			return tx.VisibleAfter(ctx, after, n)
		}, func(s system.System) system.ID { return s.ID }, func(s system.System) bool { return speaksOf(s, words) })
		return err
	})
	return out, next, err
}

// maxWords is how many words of a search are looked at.
const maxWords = 10

// speaksOf reports whether each of the words, in lower case, stands in what
// people read of the system.
func speaksOf(s system.System, words []string) bool {
	all := strings.ToLower(strings.Join([]string{
		string(s.ID), s.Name.NB, s.Name.NN, s.Name.EN, s.Description.NB, s.Description.NN, s.Description.EN,
	}, "\n"))
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) })
}

// batch is how many rows one question to the store is about.
const batch = 500

// page gathers limit rows behind a place, or all when limit is zero, in as many
// questions as it takes. keep says which rows count, all when it is nil; at is
// the place of a row. next is the zero place when nothing is left.
func page[T any, P comparable](limit int, after P, read func(after P, n int) ([]T, error), at func(T) P, keep func(T) bool) (out []T, next P, err error) {
	n := batch
	if limit > 0 && keep == nil {
		n = limit + 1
	}
	for {
		rows, err := read(after, n)
		if err != nil {
			return nil, next, err
		}
		for _, row := range rows {
			if keep != nil && !keep(row) {
				continue
			}
			if limit > 0 && len(out) == limit {
				return out, at(out[limit-1]), nil
			}
			out = append(out, row)
		}
		if len(rows) < n {
			return out, next, nil
		}
		after = at(rows[len(rows)-1])
	}
}

// ownSystem finds a system of the supplier that the actor acts for.
func ownSystem(ctx context.Context, tx Reader, a models.Actor, id system.ID) (system.System, error) {
	s, err := tx.System(ctx, id)
	if err == nil && s.Supplier != party.OrgNo(a.OrgNo) {
		err = models.NewError(models.NotFound, models.CodeNotFound)
	}
	return s, err
}
