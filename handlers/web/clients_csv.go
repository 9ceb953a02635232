package web

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/i18n"
)

// ClientsCSV handles GET /systemusers/:id/clients/clients.csv: the list as the
// page's filter has it.
func (w *Web) ClientsCSV(c echo.Context) error { return w.clientsFile(c, true) }

// CandidatesCSV handles GET /systemusers/:id/clients/candidates.csv.
func (w *Web) CandidatesCSV(c echo.Context) error { return w.clientsFile(c, false) }

func (w *Web) clientsFile(c echo.Context, attached bool) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := clientQuery(c.QueryParam, attached)
	q.Size = 0
	ctx := c.Request().Context()
	l, err := w.Registry.ClientList(ctx, actor(c), id, q)
	if err != nil {
		return err
	}
	rows := [][]string{heads(ctx, "number", "name", "kind", "state", "added", "by", "why")}
	for _, one := range l.Clients {
		r := clientRow(l, one)
		var why []clients.Lack
		for _, item := range one.Lacks {
			why = append(why, lack(l, item.Ref))
		}
		since := ""
		if !r.Since.IsZero() {
			since = i18n.Machine(r.Since)
		}
		rows = append(rows, []string{
			r.No, r.Name, i18n.NamesOf(ctx, r.Kinds), clients.StateText(ctx, r.State), since, r.By, clients.Why(ctx, l.Owner.Display(), why),
		})
	}
	return sendCSV(c, i18n.T(ctx, "clients.csv.name")+".csv", rows)
}

// ClientJobCSV handles GET /systemusers/:id/clients/jobs/:job/outcome.csv.
func (w *Web) ClientJobCSV(c echo.Context) error {
	page, err := w.clientJob(c, "", -1, bulk.MaxRows)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	rows := [][]string{heads(ctx, "number", "name", "result", "why")}
	for _, row := range page.Rows {
		o := outcome(page, row)
		rows = append(rows, []string{o.No, o.Name, i18n.T(ctx, "clients.row.is."+string(o.Status)), clients.OutcomeText(ctx, page.Job.Kind, o)})
	}
	return sendCSV(c, i18n.T(ctx, "clients.csv.outcome")+".csv", rows)
}

func heads(ctx context.Context, names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = i18n.T(ctx, "clients.csv.head."+n)
	}
	return out
}
