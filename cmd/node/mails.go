package node

import (
	"context"
	"strings"

	"github.com/stafett/stafett/handlers/mail"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/paths"
)

// topics is what each type of notice is as a mail about a request.
var topics = map[registry.NoticeType]mail.Topic{
	registry.NoticeAsked: mail.Asked, registry.NoticeForwarded: mail.Forwarded, registry.NoticeDecided: mail.Decided,
	registry.NoticeAnswered: mail.Decided, registry.NoticeExpiring: mail.Expiring,
}

// Post sends what people are told through the operator's mail server, with links
// to the pages at portal.
func Post(sender *mail.Sender, portal, contact string) registry.Post {
	return func(ctx context.Context, letters []registry.Letter) []error {
		messages := make([]mail.Message, len(letters))
		for i, l := range letters {
			v := mail.NoticeView{
				Topic: topics[l.Type], To: l.To, Lang: l.Lang, Customer: l.Customer.Display(), CustomerNo: string(l.Customer.OrgNo),
				Supplier: l.Supplier.Display(), SupplierNo: string(l.Supplier.OrgNo), Status: l.Status, Wished: l.Wished,
				Settings: portal + paths.NoticeSettings(), Contact: contact,
			}
			if v.Topic != mail.Decided {
				v.Until = l.Until
			}
			kind, id, _ := strings.Cut(l.Subject, ":")
			path := ""
			switch kind {
			case "request":
				path = paths.Request(models.ID(id))
			case "change":
				path = paths.Change(models.ID(id))
			case "systemuser":
				v.Topic = mail.Ending
				path = paths.OrganisationsFor(string(l.Customer.OrgNo), paths.SystemUser(models.ID(id)))
			default:
				v.Topic = mail.More
				path = paths.OrganisationsFor(string(l.Customer.OrgNo), paths.Requests())
			}
			v.Link = portal + path
			messages[i] = mail.Notice(ctx, v)
		}
		return sender.SendAll(ctx, messages)
	}
}
