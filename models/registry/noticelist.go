package registry

import (
	"cmp"
	"context"
	"slices"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
)

// NoticeView is a notice with what a list shows of it.
type NoticeView struct {
	Notice
	Matter   Matter         // zero when it is gone
	Status   request.Status // of a request, as of now
	Supplier party.Organisation
}

// NoticePage is one page of what the actor is told for the organisation that he
// acts for.
type NoticePage struct {
	Notices   []NoticeView
	More      bool // there are older ones
	Unread    int  // of all
	Elsewhere int  // unread for other organisations that he belongs to
}

// maxNotices bounds a page of notices.
const maxNotices = 50

// Notices lists what the actor is told for the organisation that he acts for,
// newest first: after the place, of the type when it is not empty, and those
// alone that he has not read if so asked. Who belongs to the organisation no
// more sees nothing of it.
func (r *Registry) Notices(ctx context.Context, a models.Actor, q NoticeQuery, limit int) (NoticePage, error) {
	var out NoticePage
	err := r.read(ctx, a, policy.RequestRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		q.Person, q.Org = models.ID(a.ID), party.OrgNo(a.OrgNo)
		limit = min(max(limit, 1), maxNotices)
		ns, err := tx.Notices(ctx, q, limit+1)
		if err != nil {
			return err
		}
		if out.More = len(ns) > limit; out.More {
			ns = ns[:limit]
		}
		subjects := make([]string, len(ns))
		for i, n := range ns {
			subjects[i] = n.Subject
		}
		matters, err := tx.Matters(ctx, subjects)
		if err != nil {
			return err
		}
		systems, err := matterSystems(ctx, tx, matters)
		if err != nil {
			return err
		}
		var nos []party.OrgNo
		for _, s := range systems {
			nos = append(nos, s.Supplier)
		}
		orgs, err := tx.Organisations(ctx, nos)
		if err != nil {
			return err
		}
		out.Notices = make([]NoticeView, len(ns))
		for i, n := range ns {
			m := matters[n.Subject]
			out.Notices[i] = NoticeView{Notice: n, Matter: m, Supplier: orgs[systems[m.System].Supplier]}
			if m.Status != "" {
				out.Notices[i].Status = m.current(r.Now())
			}
		}
		out.Unread, out.Elsewhere, err = r.unread(ctx, tx, a)
		return err
	})
	return out, err
}

// unread counts what the actor has not read, here and for other organisations
// in which he still holds something.
func (r *Registry) unread(ctx context.Context, tx Reader, a models.Actor) (here, elsewhere int, err error) {
	counts, err := tx.Unread(ctx, models.ID(a.ID))
	if err != nil {
		return 0, 0, err
	}
	held, err := tx.HoldingsOf(ctx, models.ID(a.ID), r.Now())
	for o, n := range counts {
		switch {
		case string(o) == a.OrgNo:
			here = n
		case slices.ContainsFunc(held, func(h party.Holding) bool { return h.OrgNo == o }):
			elsewhere += n
		}
	}
	return here, elsewhere, err
}

// OpenNotice marks a notice of the actor's as read and returns what it is
// about. It is his own mark, no change to anything: nothing is recorded.
// NotFound for others' and for those of another organisation.
func (r *Registry) OpenNotice(ctx context.Context, a models.Actor, id models.ID) (Notice, error) {
	var out Notice
	err := r.read(ctx, a, policy.RequestRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) (err error) {
		out, err = tx.Notice(ctx, models.ID(a.ID), id)
		if err == nil && string(out.Org) != a.OrgNo {
			err = models.NewError(models.NotFound, models.CodeNotFound)
		}
		return err
	})
	if err != nil || !out.Read.IsZero() {
		return out, err
	}
	return out, r.Store.Write(ctx, func(tx Tx) error { return tx.ReadNotice(ctx, out.Person, id, r.Now()) })
}

// ReadNotices marks all that the actor has been told for the organisation as read.
func (r *Registry) ReadNotices(ctx context.Context, a models.Actor) error {
	err := r.read(ctx, a, policy.RequestRead, func(Reader, policy.Standing, *catalog.Catalog) error { return nil })
	if err != nil {
		return err
	}
	return r.Store.Write(ctx, func(tx Tx) error {
		return tx.ReadNotices(ctx, models.ID(a.ID), party.OrgNo(a.OrgNo), r.Now())
	})
}

// NoticeSettings is how the actor is told, type by type, and where mail goes.
type NoticeSettings struct {
	Choices []NoticeChoice  // of all types, in their order
	Lang    models.Language // of mails; empty while he has chosen nothing
	Address string          // that a provider of his has verified last; empty for none
	Mails   bool            // mail is sent at all
}

// NoticeSettings shows the actor how he is told.
func (r *Registry) NoticeSettings(ctx context.Context, a models.Actor) (NoticeSettings, error) {
	a.OrgNo = ""
	out := NoticeSettings{Mails: r.Mails}
	err := r.read(ctx, a, policy.PersonRead, func(tx Reader, _ policy.Standing, _ *catalog.Catalog) error {
		person := models.ID(a.ID)
		own, err := tx.NoticeChoices(ctx, []models.ID{person})
		if err != nil {
			return err
		}
		for _, t := range NoticeTypes() {
			out.Choices = append(out.Choices, chosen(own[person], t))
		}
		if len(own[person]) > 0 {
			out.Lang = own[person][0].Lang
		}
		boxes, err := tx.Mailboxes(ctx, []models.ID{person})
		out.Address = boxes[person]
		return err
	})
	return out, err
}

// ChooseNotices stores how the actor is to be told of each type; types that are
// left out are as if he had never chosen. Invalid with the field lang or types.
func (r *Registry) ChooseNotices(ctx context.Context, a models.Actor, choices []NoticeChoice) error {
	a.OrgNo = ""
	var f models.Faults
	for _, c := range choices {
		if !slices.Contains(models.Languages(), c.Lang) {
			f.Add("lang", "choice")
		}
		if !slices.Contains(NoticeTypes(), c.Type) {
			f.Add("types", "choice")
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	slices.SortFunc(choices, func(x, y NoticeChoice) int { return cmp.Compare(x.Type, y.Type) })
	subject := personSubject(models.ID(a.ID))
	return r.guard(ctx, a, policy.PersonNotices, subject, func(tx Tx, _ policy.Standing, _ *catalog.Catalog) (change, error) {
		detail := audit.Detail{}
		for _, c := range choices {
			if c.Here || c.Mail {
				detail[string(c.Type)] = ways(c)
			}
		}
		return change{subject: subject, detail: detail}, tx.SaveNoticeChoices(ctx, models.ID(a.ID), choices)
	})
}

func ways(c NoticeChoice) string {
	switch {
	case c.Here && c.Mail:
		return "here, mail"
	case c.Mail:
		return "mail"
	}
	return "here"
}
