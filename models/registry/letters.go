package registry

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/system"
)

// Letter is what an e-mail tells: who asks whom and until when. What is asked
// for is told on our pages alone.
type Letter struct {
	Type     NoticeType
	To       string
	Lang     models.Language // empty when we do not know whose the address is
	Customer party.Organisation
	Supplier party.Organisation // zero when it only says that more waits
	Subject  string
	Status   request.Status // as of now; empty for a system user
	Wished   bool           // the customer would have something else
	Until    time.Time      // zero when there is no end
}

// Post sends letters and returns an error for each, in their order. One of
// kind Invalid will never go; any other may go later.
type Post func(ctx context.Context, letters []Letter) []error

const (
	mailsAtOnce = 50
	// maxMailAge is when a mail is given up.
	maxMailAge = 3 * 24 * time.Hour
)

// MailPause is how long a mail waits after it has been tried so many times: from
// a minute to six hours.
func MailPause(tries int) time.Duration {
	return min(time.Minute<<(2*min(max(tries-1, 0), 5)), 6*time.Hour)
}

// SendMails hands the mails that are due to post and returns how many went. A
// mail is put off before it is tried and deleted when it has gone, so that a
// crash sends it once more rather than never. What nobody is to be told any more
// is deleted unsent, and so is what could not be sent in three days. The error
// counts those that did not go, with one of the causes. A job calls it.
func (r *Registry) SendMails(ctx context.Context, post Post) (int, error) {
	sent := 0
	for {
		var taken []Mail
		err := r.Store.Write(ctx, func(tx Tx) (err error) {
			taken, err = tx.TakeMails(ctx, r.Now(), mailsAtOnce)
			return err
		})
		if err != nil || len(taken) == 0 {
			return sent, err
		}
		n, failed, err := r.sendTaken(ctx, post, taken)
		sent += n
		if err := errors.Join(err, failed); err != nil || len(taken) < mailsAtOnce {
			return sent, err // a server that is down is not asked for the next ones
		}
	}
}

// sendTaken sends mails that this node has taken.
func (r *Registry) sendTaken(ctx context.Context, post Post, taken []Mail) (sent int, failed, err error) {
	var letters []Letter
	var of []Mail
	var done []models.ID // sent, or never to be
	err = r.Store.Read(ctx, func(tx Reader) error {
		written, err := r.letters(ctx, tx, taken)
		for i, l := range written {
			if l.To == "" || r.Now().Sub(taken[i].At) > maxMailAge {
				done = append(done, taken[i].ID)
			} else {
				letters, of = append(letters, l), append(of, taken[i])
			}
		}
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if len(letters) > 0 {
		for i, err := range post(ctx, letters) {
			e, ok := errors.AsType[*models.Error](err)
			switch {
			case err == nil:
				sent++
			case ok && e.Kind == models.Invalid:
				failed = err
			default:
				failed = err
				continue
			}
			done = append(done, of[i].ID)
		}
	}
	if len(done) > 0 { // what has gone is noted even when the program is to stop
		err = r.Store.Write(context.WithoutCancel(ctx), func(tx Tx) error { return tx.DropMails(ctx, done) })
	}
	return sent, failed, err
}

// letters writes what the mails tell, each in its place. Without an address: it
// is not to be sent, since its matter is over, or its reader has no address,
// is no member any more or does not want it any more.
func (r *Registry) letters(ctx context.Context, tx Reader, mails []Mail) ([]Letter, error) {
	var subjects []string
	var people []models.ID
	orgs := []party.OrgNo{}
	for _, m := range mails {
		subjects, orgs = append(subjects, m.Subject), append(orgs, m.Org)
		if m.Person != "" {
			people = append(people, m.Person)
		}
	}
	matters, err := tx.Matters(ctx, subjects)
	if err != nil {
		return nil, err
	}
	systems, err := matterSystems(ctx, tx, matters)
	if err != nil {
		return nil, err
	}
	for _, s := range systems {
		orgs = append(orgs, s.Supplier)
	}
	named, err := tx.Organisations(ctx, orgs)
	if err != nil {
		return nil, err
	}
	choices, err := tx.NoticeChoices(ctx, people)
	if err != nil {
		return nil, err
	}
	boxes, err := tx.Mailboxes(ctx, people)
	if err != nil {
		return nil, err
	}
	out := make([]Letter, len(mails))
	for i, m := range mails {
		matter, ok := matters[m.Subject]
		l := Letter{Type: m.Type, To: m.Address, Lang: m.Lang, Customer: named[m.Org], Subject: m.Subject, Until: matter.Until}
		if ok {
			l.Supplier, l.Status, l.Wished = named[systems[matter.System].Supplier], matter.current(r.Now()), matter.Wish.Text != ""
		}
		if m.Person != "" {
			l.To = boxes[m.Person]
			if held, err := tx.HoldingsOf(ctx, m.Person, r.Now()); err != nil {
				return nil, err
			} else if !slices.ContainsFunc(held, func(h party.Holding) bool { return h.OrgNo == m.Org }) || !chosen(choices[m.Person], m.Type).Mail {
				l.To = ""
			}
		}
		if over := ok && matter.over(m.Type, r.Now()); over || !ok && m.Subject != organisationSubject(m.Org) {
			l.To = ""
		}
		out[i] = l
	}
	return out, nil
}

func matterSystems(ctx context.Context, tx Reader, matters map[string]Matter) (map[system.ID]system.System, error) {
	var ids []system.ID
	for _, m := range matters {
		ids = append(ids, m.System)
	}
	return tx.Systems(ctx, ids)
}

// current is the state of a request at now.
func (m Matter) current(now time.Time) request.Status {
	return request.Request{Status: m.Status, ExpiresAt: m.Until}.Current(now)
}

// over reports whether there is nothing to tell of the matter any more.
func (m Matter) over(typ NoticeType, now time.Time) bool {
	switch typ {
	case NoticeAsked, NoticeForwarded:
		return m.current(now) != request.Pending
	case NoticeExpiring:
		return m.Ended || m.Status != "" && m.current(now) != request.Pending
	case NoticeDecided, NoticeAnswered:
	}
	return false
}
