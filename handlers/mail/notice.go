package mail

import (
	"context"
	"strings"
	"time"

	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/views/i18n"
)

// Topic is what a notice tells of.
type Topic string

// The topics.
const (
	Asked     Topic = "asked"     // a supplier asks
	Forwarded Topic = "forwarded" // somebody at the customer asks the reader to answer
	Decided   Topic = "decided"   // the customer has answered, or it is over in another way
	Expiring  Topic = "expiring"  // the time to answer soon runs out
	Ending    Topic = "ending"    // a system user soon ends
	More      Topic = "more"      // the address has had its mails of today
)

// NoticeView is what the mail of a notice tells: who asks whom, and until when.
// What for, and in which words, is not for mail.
type NoticeView struct {
	Topic      Topic
	To         string
	Lang       models.Language // empty for an address of which we do not know whose it is
	Customer   string
	CustomerNo string
	Supplier   string // empty for More
	SupplierNo string
	Status     request.Status // of Decided
	Wished     bool           // of Decided: the customer would have something else
	Until      time.Time
	Link       string // absolute, to our page, which demands a login
	Settings   string // absolute, to where a person turns mail off
	Contact    string // who runs the registry; may be empty
}

// Notice writes the mail of a notice, in the reader's language; for an address
// of which we do not know whose it is, in Norwegian with a few lines of English.
// Names are put on one line and cannot be links, so that no supplier's words
// become a paragraph of ours.
func Notice(ctx context.Context, v NoticeView) Message {
	known := v.Lang != ""
	if !known {
		v.Lang = models.NB
	}
	m := notice(i18n.With(ctx, v.Lang), v, known)
	if !known {
		english := i18n.With(ctx, models.EN)
		m.Text += "\n– – –\n\n" + i18n.T(english, "mail.notice.english", "Lead", lead(english, v), "Link", v.Link)
	}
	return m
}

func notice(ctx context.Context, v NoticeView, known bool) Message {
	facts := []string{i18n.T(ctx, "mail.notice.customer", "Org", named(v.Customer, v.CustomerNo), "OrgNo", i18n.OrgNo(v.CustomerNo))}
	if v.Supplier != "" {
		facts = append(facts, i18n.T(ctx, "mail.notice.supplier", "Org", named(v.Supplier, v.SupplierNo), "OrgNo", i18n.OrgNo(v.SupplierNo)))
	}
	if !v.Until.IsZero() {
		facts = append(facts, i18n.T(ctx, "mail.notice.until."+string(v.Topic), "Until", i18n.DateTime(ctx, v.Until)))
	}
	off := i18n.T(ctx, "mail.notice.off", "Settings", v.Settings)
	if !known {
		off = i18n.T(ctx, "mail.notice.off_address")
		if contact := line(v.Contact); contact != "" {
			off += " " + i18n.T(ctx, "mail.notice.contact", "Contact", contact)
		}
	}
	return Message{
		To: v.To, Lang: i18n.Lang(ctx),
		Subject: i18n.T(ctx, "mail.notice.subject."+string(v.Topic), "Org", named(v.Customer, v.CustomerNo)),
		Text: i18n.T(ctx, "mail.notice.text",
			"Lead", lead(ctx, v), "Facts", strings.Join(facts, "\n"), "Next", i18n.T(ctx, "mail.notice.next."+string(v.Topic)), "Link", v.Link, "Off", off),
	}
}

// lead is the sentence that says what has happened.
func lead(ctx context.Context, v NoticeView) string {
	topic := string(v.Topic)
	if v.Topic == Decided {
		topic = string(v.Status)
		if v.Status == request.Pending && v.Wished {
			topic = "wished"
		}
	}
	return i18n.T(ctx, "mail.notice.lead."+topic, "Supplier", named(v.Supplier, v.SupplierNo), "Org", named(v.Customer, v.CustomerNo))
}

// named is the organisation by its name, or by its number where the name could
// be taken for something else than a name.
func named(name, no string) string {
	out := line(name)
	if out == "" || len(out) > 100 || strings.ContainsAny(out, "/:@") || strings.Contains(strings.ToLower(out), "www.") {
		return i18n.OrgNo(no)
	}
	return out
}
