package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/catalog"
	"github.com/stafett/stafett/models/listing"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/request"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
	"github.com/stafett/stafett/views/i18n"
)

// Inbox handles GET /requests. Each of its lists that cannot be read says so in
// its place.
func (w *Web) Inbox(c echo.Context) error {
	ctx := c.Request().Context()
	q := listQuery(c, inboxStatuses, inboxKinds)
	var v customer.InboxView
	handed, err := w.Registry.Handed(ctx, actor(c))
	if v.SentFailed, err = w.failedAlone(c, err); err != nil {
		return err
	}
	page, err := w.Registry.Inbox(ctx, actor(c), q, handed.All)
	failed, err := w.failedAlone(c, err)
	if err != nil {
		return err
	}
	catalogue, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	v.List = listView(q, page.Found, inboxStatuses, inboxKinds, page.Suppliers)
	v.Failed, v.Manager, v.Managers = failed, page.Manager, names(page.Managers)
	for _, r := range page.Rows {
		row := inboxRow(actor(c), catalogue, r)
		if row.Status == request.Pending && v.Sort == "" {
			v.Waiting = append(v.Waiting, row)
		} else {
			v.Answered = append(v.Answered, row)
		}
	}
	for _, s := range handed.Mine {
		row := inboxRow(actor(c), catalogue, registry.InboxRow{Ref: s.Ref, RequestView: s.RequestView})
		v.Sent = append(v.Sent, customer.SentRow{
			InboxRow: row, Sent: sentView(actor(c), s.Forwarded, row.Status), Reason: s.Request.Reason,
			By: personView(s.AnsweredBy),
		})
	}
	return respond.Page(c, http.StatusOK, customer.Inbox(w.Shell(c), v))
}

// urgent is how many of what waits the overview shows.
const urgent = 3

// SystemUsers handles GET /systemusers. What waits and the list each say so in
// their place when they cannot be read.
func (w *Web) SystemUsers(c echo.Context) error {
	ctx := c.Request().Context()
	q := listQuery(c, userStatuses, userKinds)
	var v customer.OverviewView
	waiting, err := w.Registry.Inbox(ctx, actor(c), registry.ListQuery{Query: listing.Query{Status: string(request.Pending), Size: urgent}}, nil)
	if v.InboxFailed, err = w.failedAlone(c, err); err != nil {
		return err
	}
	page, err := w.Registry.SystemUsers(ctx, actor(c), q)
	failed, err := w.failedAlone(c, err)
	if err != nil {
		return err
	}
	catalogue, err := w.Registry.Catalog(ctx)
	if err != nil {
		return err
	}
	v.List = listView(q, page.Found, userStatuses, userKinds, page.Suppliers)
	v.Failed, v.Manager, v.Managers, v.Clients, v.Inbox = failed, page.Manager, names(page.Managers), page.Clients, waiting.Total
	v.Reviewed, v.ReviewDue = page.Review.Last, page.Review.Due
	for _, r := range waiting.Rows {
		v.Waiting = append(v.Waiting, inboxRow(actor(c), catalogue, r))
	}
	now := w.Registry.Now()
	for _, u := range page.Rows {
		row := customer.SystemUserRow{
			ID: u.SystemUser.ID, Title: u.SystemUser.Title, Agent: u.SystemUser.Kind == systemuser.Agent, Program: u.System.Name,
			Supplier: orgView(u.Supplier), Held: u.Held, Created: u.SystemUser.CreatedAt, LastUsed: u.Use.Last, Status: u.SystemUser.Status,
			EndedBy: u.SystemUser.RevokedBy, Until: u.SystemUser.ValidTo, Ended: u.SystemUser.RevokedAt, Gone: u.System.Deleted,
			Paused: u.SystemUser.Paused != "" || !u.SystemUser.SupplierPaused.IsZero() || !u.SystemUser.CustomerPaused.IsZero(),
		}
		row.Unused = !row.LastUsed.IsZero() && now.Sub(row.LastUsed) > registry.UnusedFor
		row.Ending = !row.Until.IsZero() && row.Until.Sub(now) <= registry.EndsSoon
		v.Rows = append(v.Rows, row)
	}
	return respond.Page(c, http.StatusOK, customer.SystemUsers(w.Shell(c), v))
}

// failedAlone reports whether err is a fault of ours, which is logged and leaves
// the rest of the page as it is. Any other error comes back.
func (w *Web) failedAlone(c echo.Context, err error) (bool, error) {
	if err == nil {
		return false, nil
	}
	if e, ok := errors.AsType[*models.Error](err); ok && e.Kind != models.Unavailable || errors.Is(err, context.Canceled) {
		return false, err
	}
	w.Logger.LogAttrs(c.Request().Context(), slog.LevelError, "a list could not be read", slog.String("route", c.Path()), slog.Any("error", err))
	respond.Failed(c, models.CodeInternal)
	return true, nil
}

// The choices of the lists, in the order in which they are shown.
var (
	inboxStatuses = []string{
		"", string(request.Pending), registry.SentToMe, registry.SentByMe, string(request.Accepted), string(request.Rejected),
		string(request.Withdrawn), string(request.Expired),
	}
	inboxKinds   = []string{"", registry.KindOwn, registry.KindClients, registry.KindChange}
	userStatuses = []string{
		"", registry.UserActive, registry.UserPaused, registry.UserNever, registry.UserUnused, registry.UserEnding, registry.UserEnded,
	}
	userKinds = []string{"", registry.KindOwn, registry.KindClients}
)

// maxSought bounds what is searched for, in bytes.
const maxSought = 200

// listQuery reads how a list is asked for, with those choices. What it does not
// know is as if it were not there.
func listQuery(c echo.Context, statuses, kinds []string) registry.ListQuery {
	q := registry.ListQuery{Sort: c.QueryParam("sort"), Lang: i18n.Lang(c.Request().Context())}
	text := c.QueryParam("q")
	q.Text = strings.ToValidUTF8(text[:min(len(text), maxSought)], "")
	q.Status, q.Kind, q.Supplier = known(c.QueryParam("status"), statuses), known(c.QueryParam("kind"), kinds), c.QueryParam("supplier")
	q.Page, _ = strconv.Atoi(c.QueryParam("page"))
	if q.Size, _ = strconv.Atoi(c.QueryParam("size")); !slices.Contains(customer.Sizes, q.Size) {
		q.Size = customer.Sizes[0]
	}
	return q
}

func known(value string, of []string) string {
	if slices.Contains(of, value) {
		return value
	}
	return ""
}

// listView is a list in numbers. A choice that would leave nothing is left out,
// unless it has been made.
func listView[T any](q registry.ListQuery, f listing.Found[T], statuses, kinds []string, suppliers []registry.SupplierCount) customer.List {
	l := customer.List{
		Text: q.Text, Status: q.Status, Kind: q.Kind, Supplier: q.Supplier, Sort: q.Sort, Size: q.Size,
		Page: f.Page, Pages: f.Pages, All: f.All, Total: f.Total,
	}
	l.Statuses, l.Kinds = chosen(statuses, f.Status, l.Status), chosen(kinds, f.Kind, l.Kind)
	for _, s := range suppliers {
		l.Suppliers = append(l.Suppliers, customer.SupplierChoice{Org: orgView(s.Supplier), Count: s.Count})
	}
	return l
}

func chosen(values []string, counts map[string]int, now string) []customer.Chip {
	var out []customer.Chip
	for _, v := range values {
		if v == "" || v == now || counts[v] > 0 {
			out = append(out, customer.Chip{Value: v, Count: counts[v]})
		}
	}
	if len(out) == 2 && now == "" && out[1].Count == out[0].Count { // one choice that changes nothing
		return nil
	}
	return out
}

func inboxRow(a models.Actor, catalogue *catalog.Catalog, r registry.InboxRow) customer.InboxRow {
	row := customer.InboxRow{
		ID: r.ID, Change: r.Change, Agent: r.Request.Kind == systemuser.Agent, Program: r.System.Name, Title: r.Request.Title,
		Supplier: r.Supplier.Display(), SupplierNo: string(r.Supplier.OrgNo), Sent: r.Request.CreatedAt, Deadline: r.Request.ExpiresAt,
		Status: r.Status,
	}
	if r.Status == request.Accepted || r.Status == request.Rejected { // and not withdrawn, nor left until its time ran out
		row.Answered = r.Request.DecidedAt
	}
	if !row.Change {
		row.Items = itemsByCatalogue(catalogue, r.Request.Items)
	}
	for _, f := range r.Forwarded {
		row.Marks = append(row.Marks, sentView(a, f, r.Status))
	}
	return row
}
