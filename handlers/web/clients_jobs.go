package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/stafett/stafett/handlers/respond"
	"github.com/stafett/stafett/models"
	"github.com/stafett/stafett/models/bulk"
	"github.com/stafett/stafett/models/party"
	"github.com/stafett/stafett/models/registry"
	"github.com/stafett/stafett/views/clients"
	"github.com/stafett/stafett/views/i18n"
	"github.com/stafett/stafett/views/paths"
)

// startClients starts a job and leads to it. A small one is done by then.
func (w *Web) startClients(c echo.Context, choice registry.ClientChoice) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	j, err := w.Registry.StartClientJob(ctx, actor(c), id, choice)
	if err != nil {
		return err
	}
	return w.seeJob(c, j)
}

// seeJob leads to the job's page, which tells what came of it; what is not done
// by then, for a fault of ours, is done later.
func (w *Web) seeJob(c echo.Context, j bulk.Job) error {
	if err := w.Registry.WorkClientJob(c.Request().Context(), j); err != nil {
		w.Logger.WarnContext(c.Request().Context(), "clients wait", "error", err.Error())
	}
	return see(c, paths.ClientsJob(j.Agent, j.ID))
}

// jobRows is how many rows a page of a job has.
const jobRows = 100

// ClientJob handles GET /systemusers/:id/clients/jobs/:job.
func (w *Web) ClientJob(c echo.Context) error {
	only := bulk.RowStatus(c.QueryParam("only"))
	if !slices.Contains(bulk.RowStatuses(), only) {
		only = ""
	}
	after, err := strconv.Atoi(c.QueryParam("after"))
	if err != nil || after < 0 {
		after = -1
	}
	page, err := w.clientJob(c, only, after, jobRows)
	if err != nil {
		return err
	}
	return respond.Page(c, http.StatusOK, clients.JobPage(w.Shell(c), w.jobPage(c, page, only, after)))
}

// clientJob reads the job of the path with rows. One of another agent is not
// there.
func (w *Web) clientJob(c echo.Context, only bulk.RowStatus, after, limit int) (registry.ClientJob, error) {
	id, err := pathID(c)
	if err != nil {
		return registry.ClientJob{}, err
	}
	job, err := models.ParseID(c.Param("job"))
	if err != nil {
		return registry.ClientJob{}, err
	}
	page, err := w.Registry.ClientJob(c.Request().Context(), actor(c), job, only, after, limit)
	if err == nil && page.Job.Agent != id {
		return registry.ClientJob{}, models.NewError(models.NotFound, models.CodeNotFound)
	}
	return page, err
}

func (w *Web) jobPage(c echo.Context, page registry.ClientJob, only bulk.RowStatus, after int) clients.JobView {
	ctx, j := c.Request().Context(), page.Job
	v := clients.JobView{
		Agent: clients.Agent{ID: j.Agent, Title: page.Agent.Title}, Job: jobView(j, page.Person),
		Can: page.CanStart, Cancel: j.Status == bulk.Running,
	}
	for _, row := range page.Rows {
		v.Rows = append(v.Rows, outcome(page, row))
	}
	at := func(only bulk.RowStatus, after int) string {
		q := url.Values{}
		if only != "" {
			q.Set("only", string(only))
		}
		if after >= 0 {
			q.Set("after", strconv.Itoa(after))
		}
		return paths.Asked(paths.ClientsJob(j.Agent, j.ID), q)
	}
	counts := map[bulk.RowStatus]int{"": j.Total, bulk.RowDone: j.Done, bulk.RowFailed: j.Failed, bulk.RowWaiting: j.Waiting(), bulk.RowCancelled: j.Cancelled}
	for _, s := range append([]bulk.RowStatus{""}, bulk.RowStatuses()...) {
		if s != "" && counts[s] == 0 && s != only {
			continue
		}
		key := "clients.row.is." + string(s)
		if s == "" {
			key = "clients.state.all"
		}
		v.Chips = append(v.Chips, clients.Chip{Text: i18n.T(ctx, key), Count: counts[s], At: s == only, Href: at(s, -1)})
	}
	if page.More {
		v.Pages.Next = at(only, page.Rows[len(page.Rows)-1].Position)
	}
	if after >= 0 {
		v.Pages.Previous = at(only, max(-1, after-jobRows))
	}
	return v
}

func jobView(j bulk.Job, by party.Person) clients.Job {
	return clients.Job{
		ID: j.ID, Kind: j.Kind, Status: j.Status, Total: j.Total, Done: j.Done, Failed: j.Failed, Cancelled: j.Cancelled,
		By: by.Name, Rule: j.Rule != "", At: j.CreatedAt,
	}
}

func outcome(page registry.ClientJob, row bulk.Row) clients.Outcome {
	o := clients.Outcome{No: row.Customer, Status: row.Status, Code: row.Code, Before: row.Repeat != ""}
	if org, ok := page.Clients[party.OrgNo(row.Customer)]; ok && row.Code != string(models.CodeClientUnknown) {
		o.Name = org.Display()
	}
	for _, urn := range registry.LackedIn(row) {
		o.Lacks = append(o.Lacks, page.Names[urn])
	}
	return o
}

// CancelClientJob handles POST /systemusers/:id/clients/jobs/:job/cancel. One
// that has ended meanwhile shows so.
func (w *Web) CancelClientJob(c echo.Context) error {
	return w.onClientJob(c, func(id models.ID) (bulk.Job, error) {
		j, err := w.Registry.CancelClientJob(c.Request().Context(), actor(c), id)
		if err != nil && models.CodeOf(err) == models.CodeJobEnded {
			err = nil
		}
		return j, err
	}, see)
}

// RetryClientJob handles POST /systemusers/:id/clients/jobs/:job/retry.
func (w *Web) RetryClientJob(c echo.Context) error {
	var started bulk.Job
	return w.onClientJob(c, func(id models.ID) (j bulk.Job, err error) {
		started, err = w.Registry.RetryClientJob(c.Request().Context(), actor(c), id)
		return started, err
	}, func(c echo.Context, _ string) error { return w.seeJob(c, started) })
}

func (w *Web) onClientJob(c echo.Context, do func(models.ID) (bulk.Job, error), lead func(echo.Context, string) error) error {
	page, err := w.clientJob(c, "", -1, 0)
	if err != nil {
		return err
	}
	if _, err := do(page.Job.ID); err != nil {
		return err
	}
	return lead(c, paths.ClientsJob(page.Job.Agent, page.Job.ID))
}
