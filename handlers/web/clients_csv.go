package web

import (
	"bytes"
	"context"
	"encoding/csv"
	"net/http"
	"strings"

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

// sendCSV sends rows as a file that a Norwegian Excel opens: UTF-8 that says so,
// with semicolons. A cell that a program for sheets would take for a formula is
// marked as text.
func sendCSV(c echo.Context, name string, rows [][]string) error {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = ';', true
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}
