package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/request"
)

const (
	// toldAtOnce is how many events one transaction makes into what people are told.
	toldAtOnce = 50
	// maxReaders bounds how many people of an organisation are told of one thing. The
	// others find it in the inbox all the same.
	maxReaders = 200
	// maxMails is how many mails an address that nobody here has asked for gets in
	// a day, and how many such mails one organisation causes.
	maxMails = 20
)

// Tell makes the events of the outbox into what people are told, in order, and
// returns how many events there were. A notice or a mail is made in the
// transaction that notes its event as told, so that it is made once, on however
// many nodes this runs. A job calls it.
func (r *Registry) Tell(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) error {
			events, err := tx.Untold(ctx, toldAtOnce)
			if err != nil || len(events) == 0 {
				return err
			}
			c, err := tx.Catalog(ctx)
			if err != nil {
				return err
			}
			ids := make([]models.ID, len(events))
			for i, e := range events {
				ids[i] = e.ID
				if err := (telling{r, tx, c, e, map[string]bool{}}).tell(ctx); err != nil {
					return err
				}
			}
			n = len(events)
			return tx.Told(ctx, ids, r.Now())
		})
		total += n
		if err != nil || n < toldAtOnce {
			return total, err
		}
	}
}

// telling makes one event into what people are told.
type telling struct {
	*Registry
	tx Tx
	c  *catalog.Catalog
	e  Event
	// mailed are the addresses that get a mail of it, in small letters: several
	// people may read one, and the organisation's may be somebody's own.
	mailed map[string]bool
}

func (t telling) tell(ctx context.Context) error {
	kind, what, _ := strings.Cut(t.e.Type, ".")
	if kind == "forwarding" && what == "due" {
		return t.forwarded(ctx, NoticeExpiring)
	}
	if kind != "request" && kind != "change" && kind != "systemuser" {
		return nil
	}
	matters, err := t.tx.Matters(ctx, []string{t.e.Subject})
	m, ok := matters[t.e.Subject]
	if err != nil || !ok {
		return err
	}
	if kind == "systemuser" {
		if what != "expiring" || m.Ended {
			return nil
		}
		return t.managers(ctx, m, NoticeExpiring, nil)
	}
	switch what {
	case "sent":
		if m.Status != request.Pending {
			return nil // answered before anybody was told of it
		}
		if err := t.managers(ctx, m, NoticeAsked, nil); err != nil {
			return err
		}
		return t.addresses(ctx, m)
	case "renewed":
		return t.managers(ctx, m, NoticeAsked, nil)
	case "expiring":
		if m.Status != request.Pending {
			return nil
		}
		return t.managers(ctx, m, NoticeExpiring, nil)
	case "forwarded":
		if t.e.Data["forwarding"] == "" { // by a program of a portal: to whoever administers access
			return t.managers(ctx, m, NoticeForwarded, nil)
		}
		return t.forwarded(ctx, NoticeForwarded)
	case "accepted", "rejected", "wished", "withdrawn", "expired":
		return t.decided(ctx, m, what)
	}
	return nil
}

// forwarded tells whom a forwarding asks.
func (t telling) forwarded(ctx context.Context, typ NoticeType) error {
	f, err := t.tx.ForwardingOf(ctx, party.OrgNo(t.e.Data["customer"]), models.ID(t.e.Data["forwarding"]))
	if err != nil || !f.Recalled.IsZero() {
		return err // taken back before he was told
	}
	matters, err := t.tx.Matters(ctx, []string{f.Subject})
	m, ok := matters[f.Subject]
	if err != nil || !ok || m.Status != request.Pending {
		return err
	}
	return t.people(ctx, m, typ, []models.ID{f.To})
}

// decided tells those who sent it on, and those who want to know of every
// answer, but never who answered. What else was told of it is settled, unless
// the customer only wished for something else.
func (t telling) decided(ctx context.Context, m Matter, what string) error {
	by := m.DecidedBy
	if what == "wished" {
		by = m.Wish.By
	} else if err := t.tx.SettleNotices(ctx, m.Subject, []NoticeType{NoticeAsked, NoticeForwarded, NoticeExpiring}, t.Now()); err != nil {
		return err
	}
	fs, err := t.tx.ForwardingsOf(ctx, m.Customer, m.Subject)
	if err != nil {
		return err
	}
	var forwarders []models.ID
	for _, f := range fs {
		if f.From != by && !slices.Contains(forwarders, f.From) {
			forwarders = append(forwarders, f.From)
		}
	}
	if err := t.people(ctx, m, NoticeDecided, forwarders); err != nil {
		return err
	}
	return t.managers(ctx, m, NoticeAnswered, append(forwarders, by))
}

// managers tells those who administer access for the customer, but for some.
func (t telling) managers(ctx context.Context, m Matter, typ NoticeType, but []models.ID) error {
	org, err := t.tx.Organisation(ctx, m.Customer)
	if err != nil {
		return err
	}
	people, err := t.tx.HoldersOf(ctx, m.Customer, policy.Managers(t.c, org.Form), t.Now(), maxReaders)
	if err != nil {
		return err
	}
	return t.people(ctx, m, typ, slices.DeleteFunc(people, func(id models.ID) bool { return slices.Contains(but, id) }))
}

// people tells each of the people in the ways that he has chosen.
func (t telling) people(ctx context.Context, m Matter, typ NoticeType, people []models.ID) error {
	if len(people) == 0 {
		return nil
	}
	choices, err := t.tx.NoticeChoices(ctx, people)
	if err != nil {
		return err
	}
	var boxes map[models.ID]string
	if t.Mails {
		if boxes, err = t.tx.Mailboxes(ctx, people); err != nil {
			return err
		}
	}
	var notices []Notice
	var mails []Mail
	for _, id := range people {
		choice := chosen(choices[id], typ)
		if choice.Here {
			notices = append(notices, Notice{ID: models.NewID(), Person: id, Org: m.Customer, Type: typ, Subject: m.Subject, At: t.e.At})
		}
		if choice.Mail && t.Mails && t.first(boxes[id]) {
			mails = append(mails, t.mail(m, Mail{Type: typ, Person: id, Lang: choice.Lang}))
		}
	}
	if err := t.tx.AddNotices(ctx, notices); err != nil {
		return err
	}
	return t.tx.AddMails(ctx, mails)
}

// first reports whether the address gets no other mail of the event, and notes
// that it gets one. Who has no address may have one when the mail is sent.
func (t telling) first(address string) bool {
	key := strings.ToLower(address)
	if t.mailed[key] {
		return false
	}
	t.mailed[key] = key != ""
	return true
}

func (t telling) mail(m Matter, to Mail) Mail {
	now := t.Now()
	to.ID, to.Org, to.Subject, to.At, to.Next = models.NewID(), m.Customer, m.Subject, now, now
	return to
}

// addresses tells whoever reads the organisation's registered address, and the
// one that the supplier gave, that it is asked, so that the question reaches
// people who have never been here.
func (t telling) addresses(ctx context.Context, m Matter) error {
	if !t.Mails {
		return nil
	}
	org, err := t.tx.Organisation(ctx, m.Customer)
	if err != nil {
		return err
	}
	var mails []Mail
	for _, address := range []string{org.Email, m.Notify} {
		if address != "" && t.first(address) {
			mail := t.mail(m, Mail{Type: NoticeAsked, Address: address})
			switch ok, last, err := t.admits(ctx, m.Customer, strings.ToLower(address)); {
			case err != nil:
				return err
			case last:
				mail.Subject = organisationSubject(m.Customer)
			case !ok:
				continue
			}
			mails = append(mails, mail)
		}
	}
	return t.tx.AddMails(ctx, mails)
}

// admits counts a mail to the address, and for the organisation: nobody can fill
// a mailbox through us, nor many by one customer. The last that is admitted says
// that more may wait. The address is kept as a digest, and for a day.
func (t telling) admits(ctx context.Context, customer party.OrgNo, address string) (ok, last bool, err error) {
	// A window is kept until it begins, so this one is named by its end.
	day := t.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
	digest := sha256.Sum256([]byte(address))
	to, err := t.tx.Count(ctx, "mail to:"+hex.EncodeToString(digest[:16]), day)
	if err != nil || to > maxMails+1 {
		return false, false, err
	}
	about, err := t.tx.Count(ctx, "mail for:"+string(customer), day)
	return to <= maxMails && about <= 2*maxMails, to == maxMails+1, err
}

func organisationSubject(o party.OrgNo) string { return "organisation:" + string(o) }

// Remind puts into the outbox, once for each, that something soon runs out:
// requests, change requests and system users a week before, and the date by
// which somebody was asked to answer the day before. It returns how many there
// were. A job calls it.
func (r *Registry) Remind(ctx context.Context) (int, error) {
	const batch = 100
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) error {
			if err := tx.Alone(ctx); err != nil { // two nodes may see the same
				return err
			}
			now := r.Now()
			events, err := tx.RunningOut(ctx, Deadlines{Now: now, Ahead: 7 * 24 * time.Hour, DueAhead: 24 * time.Hour}, batch)
			if err != nil {
				return err
			}
			for _, e := range events {
				e.At = now
				if err := tx.AddEvent(ctx, e); err != nil {
					return err
				}
			}
			n = len(events)
			return nil
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

// How long notices are kept.
const (
	readKept   = 90 * 24 * time.Hour
	unreadKept = 400 * 24 * time.Hour
)

// PurgeNotices deletes notices that were read 90 days ago, or made 400 days ago,
// and returns how many. A job calls it.
func (r *Registry) PurgeNotices(ctx context.Context) (int, error) {
	const batch = 500
	total := 0
	for {
		n := 0
		err := r.Store.Write(ctx, func(tx Tx) (err error) {
			n, err = tx.PurgeNotices(ctx, r.Now().Add(-readKept), r.Now().Add(-unreadKept), batch)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}
