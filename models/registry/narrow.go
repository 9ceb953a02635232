package registry

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/system"
	"github.com/stafett/stafett/models/systemuser"
)

// Service is what a system user may do in one service.
type Service struct {
	Resource catalog.Resource
	Action   string  // the only thing that may be done; empty for all that the service allows
	By       []Asked // what gives it, or something of it, of what the system user keeps
}

// NarrowPreview is what happens when a system user loses some of what it holds.
type NarrowPreview struct {
	SystemUserView
	Items   []Asked   // what it loses
	Kept    []Asked   // what it keeps
	Gone    []Service // what it could do by them and can not do any more; By gives less than that
	Stay    []Service // what it can do as before, by what it keeps
	Clients int       // organisations that an agent serves, itself not counted
	Seen    string    // digest of what is shown, to be given back with the act
}

// NarrowPreview tells what would be lost if the system user of the actor's
// organisation lost the items. Errors: Invalid with the field items, as
// systemuser.Narrowed; Conflict systemuser.revoked; NotFound; those of the policy.
func (r *Registry) NarrowPreview(ctx context.Context, a models.Actor, id models.ID, items []catalog.Item) (NarrowPreview, error) {
	var out NarrowPreview
	err := r.read(ctx, a, policy.SystemUserNarrow, func(tx Reader, _ policy.Standing, c *catalog.Catalog) error {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return err
		}
		out, err = r.narrowing(ctx, tx, c, u, items)
		return err
	})
	return out, err
}

// NarrowSystemUser takes the items from a system user of the actor's
// organisation. seen is the digest of the NarrowPreview that the actor had before
// him. From the moment this returns nil, no enrichment and no decision gives
// them. It is never barred by the level or an old login. Errors: Conflict when it
// is not as seen; those of NarrowPreview.
func (r *Registry) NarrowSystemUser(ctx context.Context, a models.Actor, id models.ID, items []catalog.Item, seen string) error {
	return r.guard(ctx, a, policy.SystemUserNarrow, userSubject(id), func(tx Tx, _ policy.Standing, c *catalog.Catalog) (change, error) {
		u, err := tx.SystemUserOf(ctx, party.OrgNo(a.OrgNo), id)
		if err != nil {
			return change{}, err
		}
		taken := slices.ContainsFunc(items, func(i catalog.Item) bool { return !slices.Contains(u.Delegated, i) })
		if taken && u.Current(r.Now()).Status == systemuser.Active {
			return change{}, models.NewError(models.Conflict, models.CodeConflict) // by another, since it was shown
		}
		p, err := r.narrowing(ctx, tx, c, u, items)
		if err != nil {
			return change{}, err
		}
		if p.Seen != seen {
			return change{}, models.NewError(models.Conflict, models.CodeConflict)
		}
		less, err := u.Narrowed(items, stored(r.Now()))
		if err != nil {
			return change{}, err
		}
		return change{
			subject: userSubject(u.ID), event: "systemuser.narrowed", orgs: []party.OrgNo{p.System.Supplier, u.Customer},
			detail: audit.Detail{"system": string(u.System), "customer": string(u.Customer), "seen": p.Seen, "removed": itemList(itemsOf(p.Items))},
		}, tx.SaveDelegated(ctx, less)
	})
}

func itemsOf(asked []Asked) []catalog.Item {
	items := make([]catalog.Item, len(asked))
	for i, one := range asked {
		items[i] = one.Item
	}
	return items
}

// narrowing is the preview of u without the items.
func (r *Registry) narrowing(ctx context.Context, tx Reader, c *catalog.Catalog, u systemuser.SystemUser, items []catalog.Item) (NarrowPreview, error) {
	less, err := u.Narrowed(items, r.Now())
	if err != nil {
		return NarrowPreview{}, err
	}
	view, err := r.namedUser(ctx, tx, u)
	if err != nil {
		return NarrowPreview{}, err
	}
	p := NarrowPreview{SystemUserView: view}
	for _, item := range u.Delegated { // in their order, each once
		if slices.Contains(items, item) {
			p.Items = append(p.Items, askedOf(c, p.System, item))
		} else {
			p.Kept = append(p.Kept, askedOf(c, p.System, item))
		}
	}
	p.Gone, p.Stay = lostServices(c, p.System, itemsOf(p.Items), less.Asked(p.System))
	if u.Kind == systemuser.Agent {
		for _, err := range tx.AttachedAfter(ctx, Agent{ID: u.ID, Facilitator: u.Customer}, "", r.Now()) {
			if err != nil {
				return NarrowPreview{}, err
			}
			p.Clients++
		}
	}
	p.Seen = p.digest()
	return p, nil
}

// lostServices tells which services go when a system user loses the items and
// keeps the rest, and which stay since the rest gives them too. What the system
// asks for no more gave nothing, so nothing of it goes.
func lostServices(c *catalog.Catalog, s system.System, items, rest []catalog.Item) (gone, stay []Service) {
	type place struct{ id, action string }
	seen := map[place]bool{}
	for _, item := range items {
		if !asksFor(s, item) {
			continue
		}
		for _, one := range servicesOf(c, item) {
			at := place{one.Resource.ID, one.Action}
			if seen[at] {
				continue
			}
			seen[at] = true
			whole := false
			for _, other := range rest {
				for _, had := range servicesOf(c, other) {
					if had.Resource.ID != at.id || had.Action != "" && at.action != "" && had.Action != at.action {
						continue
					}
					one.By = append(one.By, askedOf(c, s, other))
					whole = whole || had.Action == "" || had.Action == at.action
				}
			}
			if whole {
				stay = append(stay, one)
			} else {
				gone = append(gone, one)
			}
		}
	}
	return gone, stay
}

// servicesOf lists the services that an item gives. One that the catalogue does
// not know has its id alone.
func servicesOf(c *catalog.Catalog, item catalog.Item) []Service {
	var out []Service
	if item.Kind == catalog.PackageItem {
		for _, within := range c.Within(item.Ref) {
			out = append(out, Service{Resource: within})
		}
		return out
	}
	for _, id := range item.Resources() {
		found, _ := c.Resource(id)
		found.ID = cmp.Or(found.ID, id)
		out = append(out, Service{Resource: found, Action: item.Action})
	}
	return out
}

// digest covers what the system user holds, what it would lose and what would be
// left of it. How many clients it has is told as it stands, and is not in it.
func (p NarrowPreview) digest() string {
	h := sha256.New()
	say := func(ss ...string) {
		for _, s := range ss {
			_, _ = fmt.Fprintf(h, "%d:%s", len(s), s)
		}
	}
	say(string(p.SystemUser.ID))
	for _, list := range [][]Asked{p.Items, p.Kept} {
		say("items", itemList(itemsOf(list)))
	}
	for _, list := range [][]Service{p.Gone, p.Stay} {
		say("services")
		for _, one := range list {
			say(one.Resource.ID, one.Action, itemList(itemsOf(one.By)))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
