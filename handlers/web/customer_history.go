package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/audit"
	"github.com/stafett/stafett/models/policy"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/models/systemuser"
	"github.com/stafett/stafett/views/customer"
)

// historyPage is how many lines a page of a history has.
const historyPage = 100

// History handles GET /systemusers/:id/history.
func (w *Web) History(c echo.Context) error {
	v, lines, err := w.history(c)
	if err != nil {
		return err
	}
	v.Pages = max(1, (len(lines)+historyPage-1)/historyPage)
	page, err := strconv.Atoi(c.QueryParam("page"))
	if err != nil || page < 1 {
		page = 1
	}
	v.Page = min(page, v.Pages)
	v.Lines = lines[(v.Page-1)*historyPage : min(v.Page*historyPage, len(lines))]
	return respond.Page(c, http.StatusOK, customer.History(w.Shell(c), v))
}

// HistoryCSV handles GET /systemusers/:id/history.csv: all that the page has with
// the same filter, for spreadsheets.
func (w *Web) HistoryCSV(c echo.Context) error {
	v, lines, err := w.history(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	rows := [][]string{customer.RecordHead(ctx)}
	for _, l := range lines {
		rows = append(rows, l.Record(ctx, v.Supplier).Cells(ctx))
	}
	return sendCSV(c, historyFile(v.ID, "csv"), rows)
}

// HistoryJSON handles GET /systemusers/:id/history.json, the same for programs.
func (w *Web) HistoryJSON(c echo.Context) error {
	v, lines, err := w.history(c)
	if err != nil {
		return err
	}
	records := []customer.Record{}
	for _, l := range lines {
		records = append(records, l.Record(c.Request().Context(), v.Supplier))
	}
	body, err := json.Marshal(records)
	if err != nil {
		return err
	}
	attach(c, historyFile(v.ID, "json"))
	return c.Blob(http.StatusOK, "application/json", body)
}

func historyFile(id models.ID, ending string) string { return "stafett-" + string(id) + "." + ending }

// history reads the history of the path, with the lines that the filter leaves.
func (w *Web) history(c echo.Context) (customer.HistoryView, []customer.Line, error) {
	id, err := pathID(c)
	if err != nil {
		return customer.HistoryView{}, nil, err
	}
	page, err := w.Registry.SystemUserHistory(c.Request().Context(), actor(c), id)
	if err != nil {
		return customer.HistoryView{}, nil, err
	}
	v := customer.HistoryView{
		ID: id, Title: page.SystemUser.Title, Supplier: page.Supplier.Display(),
		Clients: page.SystemUser.Kind == systemuser.Agent && page.SystemUser.Status != systemuser.Revoked,
		Counts:  map[string]int{"": len(page.Lines)}, Now: w.Registry.Now(),
	}
	if side := c.QueryParam("who"); slices.Contains(customer.Sides, side) {
		v.Side = side
	}
	var lines []customer.Line
	for _, l := range page.Lines {
		v.Counts[string(l.Side)]++
		if v.Side == "" || v.Side == string(l.Side) {
			lines = append(lines, lineView(l))
		}
	}
	return v, lines, nil
}

func lineView(l registry.HistoryLine) customer.Line {
	e := l.Entry
	out := customer.Line{
		At: e.At, Side: string(l.Side), Action: e.Action, Who: l.Person.Name, Role: l.Role, Denied: e.Outcome == audit.Denied, Code: e.Code,
		Given: itemNames(l.Given), Added: itemNames(l.Added), Removed: itemNames(l.Removed),
		Stop: e.Detail["stop"] != "", Review: e.Detail["review"] != "",
	}
	if l.Client.OrgNo != "" {
		out.Client = l.Client.Display()
	}
	kind, id, _ := strings.Cut(e.Subject, ":")
	switch kind {
	case "request":
		out.Request = models.ID(id)
	case "change":
		out.Change = models.ID(id)
	}
	act := policy.Action(e.Action)
	if out.Ends = !out.Denied && (act == policy.SystemUserLimit || act == policy.SystemUserProlong); out.Ends {
		out.Until, _ = time.Parse(time.RFC3339, e.Detail["to"])
	}
	return out
}
